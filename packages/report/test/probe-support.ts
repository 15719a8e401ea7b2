import { stored } from './drawing.ts';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ProbeEstimate, ProbeSummary } from '@understory/core';
import { rgbImage } from '@understory/imaging';
import { encodePng } from '@understory/imaging/sharp';
import type { ProbeRun } from '../src/index.ts';
import type { ProbeRecord } from '@understory/studies';
import { probePicturePath } from '@understory/studies/results';
import { record } from './support.ts';

function probeRecord(): ProbeRecord {
  return {
    ...record(),
    parameters: {
      kind: 'probe',
      dataset: { name: 'pets & <friends>', spec: 'folder:pets', limit: null },
      probe: {
        id: 'shuffle',
        title: 'Patches out of place',
        description: 'Cuts each image into patches and lays them out in another order.',
        preset: 'paper',
        options: { grid: '2,4,8', permutations: 5 },
      },
      batch: 8,
    },
  };
}

const grids = [2, 3, 4, 6, 8];

function estimate(over: Partial<ProbeEstimate>): ProbeEstimate {
  return {
    ...{ measure: 'same-top1', title: 'Same top-1', condition: 'grid=4', n: 200 },
    ...{ estimate: 0.5, interval: [0.43, 0.57] as const, unit: 'share' as const },
    ...over,
  };
}

export function probeSummary(): ProbeSummary {
  const share = (grid: number) => 1 / (1 + 0.08 * grid * grid);
  const point = (x: number, y: number) => ({ x, y, interval: [Math.max(0, y - 0.06), Math.min(1, y + 0.05)] as const });
  return {
    images: 40,
    verdict: {
      statement: 'The network keeps 43.9 % of its predictions when a 4 by 4 grid of patches is shuffled.',
      estimate: 0.439,
      interval: [0.37, 0.51],
    },
    estimates: [
      ...grids.flatMap((grid) => [
        estimate({
          condition: `grid=${grid}`,
          estimate: share(grid),
          interval: [share(grid) - 0.05, share(grid) + 0.04],
          ...(grid === 4 && { paper: 0.771 }),
        }),
        estimate({
          ...{ measure: 'gains-logit', title: 'Gain logit, of those', condition: `grid=${grid}`, n: 90, estimate: 0.3 },
          ...(grid === 4 && { paper: 0.9558 }),
        }),
        estimate({
          ...{ measure: 'logit', title: 'Change of the logit', condition: `grid=${grid}`, unit: 'number' },
          ...{ estimate: -0.4 * grid, interval: [-0.5 * grid, -0.3 * grid] as const },
          ...(grid === 4 && { paper: 2.24 }),
        }),
      ]),
      estimate({
        ...{ condition: 'seams', estimate: 0.9, interval: [0.86, 0.94] as const },
        published: { value: 0.885, source: 'Others 2022, their <net>' },
      }),
      estimate({
        measure: 'logit',
        title: 'Change of the logit',
        condition: 'seams',
        n: 0,
        estimate: null,
        interval: null,
        unit: 'number',
      }),
    ],
    curves: [
      {
        ...{ title: 'Spatial blindness', xTitle: 'patches a side', yTitle: 'fraction of images', chance: 1 / 37 },
        series: [
          { name: 'same top-1', points: grids.map((grid) => point(grid, share(grid))) },
          { name: 'accuracy', points: grids.map((grid) => point(grid, 0.85 * share(grid))) },
          { name: 'never measured', points: [] },
        ],
      },
    ],
    charts: [
      {
        ...{ title: 'What is told apart', axis: 'fraction of pairs', unit: 'share' },
        rows: [
          {
            name: 'things',
            chance: 0.5,
            marks: [
              { series: 'seen', value: 0.98, interval: [0.95, 0.99] },
              { series: 'on grey', value: 0.52, interval: null },
            ],
          },
          { name: 'places & sides', chance: 0.5, marks: [{ series: 'seen', value: 0.51, interval: [0.45, 0.57] }] },
        ],
      },
    ],
    remarks: ['Maps do not decide <anything>.'],
    examples: ['Gained most', 'Lost most', 'At random'].map((title, at) => ({
      item: `test/${at}`,
      title,
      pictures: [
        { name: 'original', caption: 'original, <cat> 91.2 %, logit 5.51' },
        { name: 'shuffled', caption: 'shuffled, cat 88.0 %, logit 8.22' },
        { name: 'map-before', caption: 'where it looked before' },
        { name: 'map-after', caption: 'where it looked after' },
      ],
    })),
  };
}

/** A temporary run folder of a probe, with its summary unless that is null; one picture of those asked for is not there. */
export async function probeRun(
  summary: ProbeSummary | string | null = probeSummary(),
): Promise<{ run: ProbeRun; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'understory-probe-'));
  if (summary !== null) {
    await writeFile(join(folder, 'summary.json'), typeof summary === 'string' ? summary : JSON.stringify(summary));
  }
  for (const { item, pictures } of probeSummary().examples) {
    for (const [place, { name }] of pictures.entries()) {
      if (item === 'test/2' && name === 'map-after') continue;
      const path = join(folder, probePicturePath(item, name));
      await mkdir(dirname(path), { recursive: true });
      const pixels = Uint8Array.from({ length: 192 }, (_, at) => (at * (place + 1)) % 256);
      await writeFile(path, await encodePng(rgbImage(pixels, 8, 8)));
    }
  }
  const run: ProbeRun = { ...stored(folder), record: probeRecord(), rows: [], done: 12, failed: [], isComplete: true };
  return { run, remove: () => rm(folder, { recursive: true, force: true }) };
}
