import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mib, ms, table, times } from './lib/measure.mjs';
import { root } from './lib/python.mjs';

const data = join(process.env.UNDERSTORY_SHARED ?? `${root}../shared`, 'data/cifar10');
const script = fileURLToPath(new URL('./evaluate-memory.mjs', import.meta.url));

/**
 * A whole evaluation, log, tables and summary included, of so many images and of four times as many, each in a process of its own:
 * memory and the time for an image should stay. Cheap explainers and metrics, so that what is kept shows beside what is computed.
 */
export async function stream({ images, threads }) {
  if (!existsSync(data)) return `Stream: skipped, there is no CIFAR-10 at ${data}`;
  const measured = [images, 4 * images].map((count) => measure(count, threads));
  const [few, many] = measured;
  const rows = [
    ['images', 'peak memory', 'an image', 'processor time, an image', 'log, an image'],
    ...measured.map(({ count, peak, seconds, processor, log }) => [
      count,
      mib(peak),
      ms(seconds / count),
      ms(processor / count),
      `${(log / count).toFixed(0)} bytes`,
    ]),
    [
      'ratio',
      times(many.peak / few.peak),
      times(many.seconds / few.seconds / 4),
      times(many.processor / few.processor / 4),
    ],
  ];
  const growth = (many.peak - few.peak) / (many.count - few.count);
  return `Stream, CIFAR-10 through cifar10-resnet, explainer centre, metrics average-drop and sparseness, ${threads} threads
${table(rows)}
${growth.toFixed(0)} bytes more of peak memory for each further image`;
}

function measure(count, threads) {
  const folder = mkdtempSync(join(tmpdir(), 'understory-stream-'));
  try {
    const arguments_ = [
      ...[
        `cifar10:${data}`,
        '--model',
        'cifar10-resnet',
        '--explainer',
        'centre',
        '--metric',
        'average-drop,sparseness',
      ],
      ...['--limit', String(count), '--threads', String(threads), '--out', folder],
    ];
    const { stdout, stderr } = spawnSync(process.execPath, [script, ...arguments_], { encoding: 'utf8' });
    const last = stdout.trim().split('\n').at(-1);
    if (!last.startsWith('{') || JSON.parse(last).code !== 0) throw new Error(`the evaluation failed:\n${stderr}`);
    return { count, ...JSON.parse(last), log: statSync(join(folder, 'rows.jsonl')).size };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
