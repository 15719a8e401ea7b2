import { Argument, type Command } from '@commander-js/extra-typings';
import { queueText } from '@understory/report/text';
import { sharedWork } from '@understory/studies';
import type { CommandContext } from '../command-context.ts';
import { json } from '../formatters/json.ts';
import { withOutput } from '../options.ts';
import { environmentOf } from '../environment-of.ts';
import { styleFor } from '../style.ts';

const examples = `
Lists the studies that are handed out with --queue at the time, with the images that are done and the batches that wait, and the workers that are
there. What was killed is gone from the list after half a minute.

Examples:
  understory queue status --queue redis://queue.example:6379/0
  understory queue status --queue redis://queue.example:6379/0 --json
`;

export function queueCommand(program: Command, { io }: CommandContext): void {
  const command = program
    .command('queue')
    .description('show what is handed out with --queue: studies, workers, images done, pace')
    .addArgument(new Argument('<what>', 'what to show').choices(['status']))
    .requiredOption('--queue <url>', 'where studies are handed out: redis://[user:password@]host[:port][/n]');
  withOutput(command)
    .addHelpText('after', examples)
    .action(async (_, options) => {
      const shared = await sharedWork({ environment: environmentOf(io, options), queue: options.queue });
      io.stdout.write(options.json === true ? json(shared) : queueText(shared, styleFor(io.stdout, io.env)));
    });
}
