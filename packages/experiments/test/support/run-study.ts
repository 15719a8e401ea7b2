import { appendFileSync } from 'node:fs';
import { runExperiment } from '../../src/index.ts';
import { request, study } from './study.ts';

// A process to kill: `run-study.ts FOLDER JOURNAL COUNT`. Tells each item that it begins to the journal and each that it has done to stdout.
const [folder, journal, count] = process.argv.slice(2) as [string, string, string];

const experiment = study(async ({ id }) => {
  appendFileSync(journal, `${id}\n`);
  await new Promise((resolve) => setTimeout(resolve, 3));
});
await runExperiment({
  ...request(folder, Number(count)),
  experiment,
  concurrency: 3,
  onProgress: ({ done, failed }) => process.stdout.write(`${done + failed}\n`),
});
