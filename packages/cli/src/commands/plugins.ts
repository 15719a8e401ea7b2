import type { Command } from '@commander-js/extra-typings';
import { HOST_API_VERSION, METRIC, rangeEnds, readingText, type Host } from '@understory/core';
import { columns } from '@understory/report/text';
import { json } from '../formatters/json.ts';
import { loadPlugins } from '@understory/environment-node';
import { collect } from '../option-values.ts';
import { withOutput } from '../options.ts';
import type { CommandContext } from '../command-context.ts';
import { styleFor } from '../style.ts';

const examples = `
Plugins come from understory.config.json or understory.config.mjs in the current folder
  { "plugins": ["@understory/backend-onnx", "./my-explainer.mjs"], "backend": "onnx", "backends": { "some-plugin": "tfjs" } }
and from --plugin. A package is resolved from the current folder first, then from the command's own installation.

Examples:
  understory plugins
  understory plugins --plugin understory-explain-mine
  understory plugins --json
`;

export function pluginsCommand(program: Command, { io }: CommandContext): void {
  const command = program
    .command('plugins')
    .description('list loaded plugins: source, version and what they provide')
    .option('--plugin <name|path>', 'an additional plugin; may be repeated', collect);
  withOutput(command)
    .addHelpText('after', examples)
    .action(async (options) => {
      const { host, configurationPath } = await loadPlugins({ cwd: io.cwd, plugins: options.plugin ?? [] });
      try {
        const plugins = host.plugins().map(({ manifest, from }) => ({
          name: manifest.name,
          version: manifest.version,
          hostApi: manifest.hostApi,
          from,
          provides: manifest.provides.map((each) =>
            each.kind === 'metric' ? { ...each, ...readingOf(host, each.id) } : each,
          ),
        }));
        if (options.json) {
          io.stdout.write(json({ hostApi: HOST_API_VERSION, configuration: configurationPath ?? null, plugins }));
          return;
        }
        const style = styleFor(io.stdout, io.env);
        const where = configurationPath ?? 'none; the default plugins are loaded';
        io.stdout.write(`host API ${HOST_API_VERSION}, configuration: ${where}\n`);
        for (const { name, version, from, provides } of plugins) {
          io.stdout.write(`\n${style.bold(name)} ${version}  ${style.dim(from)}\n`);
          const rows = provides.map(({ kind, id, title, description, ...each }) => {
            const said = 'reading' in each ? `${description.replace(/\.$/, '')}: ${each.reading}.` : description;
            return [kind, style.cyan(id), title, said];
          });
          io.stdout.write(columns(rows, { indent: 2 }));
        }
      } finally {
        await host.dispose();
      }
    });
}

/** How numbers of a metric are read, with its default settings; nothing for one that cannot be made. */
function readingOf(host: Host, id: string) {
  try {
    const metric = host.get(METRIC, id);
    return { better: metric.better, range: rangeEnds(metric.range), reading: readingText(metric) };
  } catch {
    return {};
  }
}
