import { appendFileSync } from 'node:fs';
import { runExperiment } from '../../src/index.ts';
import { request, study } from './study.ts';

// A process to kill: `run-study.ts FOLDER JOURNAL COUNT MOST`. Tells each item that it begins to the journal and each that it has done
// to stdout. After MOST items it waits to be killed, so that it cannot reach its end before a parent that is short of processor time.
const [folder, journal, count, most] = process.argv.slice(2) as [string, string, string, string];

let begun = 0;
const experiment = study(async ({ id }) => {
  appendFileSync(journal, `${id}\n`);
  begun += 1;
  await new Promise((resolve) => setTimeout(resolve, begun > Number(most) ? 300_000 : 3));
});
await runExperiment({
  ...request(folder, Number(count)),
  experiment,
  concurrency: 3,
  onProgress: ({ done, failed }) => process.stdout.write(`${done + failed}\n`),
});
