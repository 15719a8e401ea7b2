import { nodeEnvironment } from '@understory/environment-node';
import type { Environment } from '@understory/studies';
import { configurationNote } from './configuration-note.ts';
import type { Io } from './io.ts';
import { version } from './manifest.ts';

/** The machine as a command sees it. */
export function environmentOf(
  io: Pick<Io, 'cwd' | 'env' | 'runtime' | 'stderr'>,
  options: { readonly quiet?: boolean | undefined } = {},
): Environment {
  const { cwd, env, runtime } = io;
  const versions = { understory: version, runtime };
  return nodeEnvironment({ cwd, env, versions, onConfiguration: configurationNote(io, options) });
}
