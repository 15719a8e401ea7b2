import { parseSelections, type ContributionKind, type Options } from '@understory/core';
import { environmentOf } from './environment-of.ts';
import { cliErrors } from './errors.ts';
import type { Io } from './io.ts';
import { parseBackends } from './parse-backends.ts';
import { readPluginFlags } from './plugin-flags.ts';
import type { RunningOptions } from './options.ts';

export interface ContributionArguments {
  readonly selection: { readonly id: string; readonly options: Options };
  /** What is left of the arguments. */
  readonly others: readonly string[];
}

/**
 * The contribution that the first argument names, with the settings behind its id and those given as flags of their own, which go before.
 * Plugins are loaded only where there are such flags. Throws USAGE and what loading plugins throws.
 */
export async function readContribution(
  [text = '', ...rest]: readonly string[],
  {
    kind,
    known,
    flags,
  }: {
    readonly kind: Extract<ContributionKind, 'probe' | 'attack' | 'visualiser'>;
    /** The flags of the command itself, for suggestions. */
    readonly known: readonly string[];
    readonly flags: Pick<RunningOptions, 'plugin' | 'backend'>;
  },
  io: Io,
): Promise<ContributionArguments> {
  const command = `understory ${kind === 'visualiser' ? 'visualise' : kind}`;
  const [selection, ...more] = parseSelections(text);
  if (selection === undefined || more.length > 0) {
    throw cliErrors.usage({
      message: `'${text}' is not one ${kind}.`,
      suggestion: 'Give one id, with optional settings; "understory plugins" lists them.',
      command,
    });
  }
  if (!rest.some((argument) => argument.startsWith('-'))) return { selection, others: rest };
  const { plugin: plugins = [], backend } = flags;
  const { host } = await environmentOf(io, { quiet: true }).loadPlugins({
    plugins,
    backends: {},
    ...parseBackends(backend),
  });
  try {
    // Asked first, so that one that does not exist is told as that.
    host.optionsOf(kind, selection.id);
    const { options: schema = {} } = host.list(kind).find(({ id }) => id === selection.id)!;
    const { positionals, settings } = readPluginFlags(rest, schema, { command, known });
    return { selection: { id: selection.id, options: { ...selection.options, ...settings } }, others: positionals };
  } finally {
    await host.dispose();
  }
}
