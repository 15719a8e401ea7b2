import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { type Command, Option } from '@commander-js/extra-typings';
import { nodeEnvironment } from '@understory/environment-node';
import { serveStudies } from '@understory/studies';
import type { CommandContext } from '../command-context.ts';
import { configurationNote } from '../configuration-note.ts';
import { cliErrors } from '../errors.ts';
import { version } from '../manifest.ts';
import { noticesOn } from '../notices.ts';
import { collect, wholeNumber } from '../option-values.ts';
import { withOutput } from '../options.ts';

const details = `
A worker opens each study that is handed out and shows what it opened: the hash of the model, the versions of program and plugins, a fingerprint of the
data. It gets images only where all of it is as it is where the study was begun. It sends rows and pictures back and writes no run folder.

Paths of a study are those of the machine that began it. A worker looks for them at the same place, as on shared storage, and then in the folders of
--model-root and --data-root, by the longest end of the path that is there. It opens nothing outside of these folders (default: the current one),
and loads no plugin that its own configuration or --plugin does not name.

The password of the queue may stand in UNDERSTORY_QUEUE_PASSWORD instead of the URL. SIGINT and SIGTERM let batches under way finish; a second one does not.

Examples:
  understory worker --queue redis://queue.example:6379/0
  understory worker --queue rediss://queue.example:6379/0 --concurrency 4 --model-root /mnt/models --data-root /mnt/data
`;

export function workerCommand(program: Command, { io }: CommandContext): void {
  const command = program
    .command('worker')
    .description('work for studies that are handed out with --queue, on this or any other machine')
    .requiredOption(
      '--queue <url>',
      'where they are handed out: redis://[user:password@]host[:port][/n], rediss:// for TLS',
    )
    .addOption(
      new Option(
        '--concurrency <n>',
        'batches at once, each in a thread of its own; fewer where memory does not suffice',
      )
        .argParser(wholeNumber(1))
        .default(availableParallelism(), 'as many as there are cores'),
    )
    .option('--model-root <folder>', 'a folder whose models may be opened; may be repeated', collect)
    .option('--data-root <folder>', 'a folder whose data may be read; may be repeated', collect)
    .option('--plugin <name|path>', 'an additional plugin; may be repeated', collect);
  withOutput(command)
    .addHelpText('after', details)
    .action(async ({ queue, concurrency, modelRoot = ['.'], dataRoot = ['.'], plugin = [], json, quiet = false }) => {
      const { cwd, env, runtime, signal } = io;
      const folders = (roots: readonly string[]) => roots.map((root) => resolve(cwd, root));
      const missing = [...modelRoot, ...dataRoot].find((root) => !existsSync(resolve(cwd, root)));
      if (missing !== undefined) {
        throw cliErrors.usage({ message: `The folder '${missing}' is not there.`, command: 'understory worker' });
      }
      const environment = nodeEnvironment({
        ...{ cwd, env, versions: { understory: version, runtime } },
        offered: { models: folders(modelRoot), data: folders(dataRoot), plugins: plugin },
        onConfiguration: configurationNote(io, { quiet }),
      });
      io.standing?.({ kind: 'begun', asked: 0, resumes: true, awaits: 'batches under way are finished' });
      const onNotice = noticesOn(io, { quiet, json: json === true });
      await serveStudies({ environment, queue, concurrency, plugins: plugin, signal, onNotice });
    });
}
