import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { interleave, median, mib, ratio, table, times } from './lib/measure.mjs';

const script = fileURLToPath(new URL('./open-once.mjs', import.meta.url));

function once(path, what, threads, follows = '') {
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, path, what, String(threads), follows], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** How long a large model takes to open, beside ONNX Runtime's own session of the file, each in a process of its own; and the peak of memory with one run. */
export async function opening({ model, rounds, threads }) {
  if (!model) return 'Opening is skipped: name a file that tools/export/mdetr.py wrote with --model.';
  const kinds = ['runtime', 'open', 'explain'];
  const tasks = Object.fromEntries(kinds.map((what) => [what, async () => once(model, what, threads).seconds]));
  const spent = await interleave(tasks, { rounds });
  const peaks = kinds.map((what) => once(model, what, threads, 'run').peak);
  const rows = kinds.map((what, at) => [
    { runtime: "ONNX Runtime's session", open: 'open', explain: 'open for answers and gradients' }[what],
    `${median(spent[what]).toFixed(2)} s`,
    times(ratio(spent[what], spent.runtime)),
    mib(peaks[at]),
  ]);
  const title = `Opening ${mib(statSync(model).size)}, ${threads} threads, medians of ${rounds} rounds; peak of memory with a run of one picture of 800 x 1066`;
  return `${title}\n${table([['', 'seconds', '/ runtime', 'peak'], ...rows])}`;
}
