import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeNpy, rgbImage } from '@understory/imaging';
import { encodePng } from '@understory/imaging/sharp';
import type { EvaluationRecord, EvaluationRow, ExampleRecord } from '@understory/studies';

// The rows that the tests of studies summarise.
const file = new URL('../../../fixtures/evaluation-rows.jsonl', import.meta.url);
const lines = readFileSync(file, 'utf8').trim().split('\n');
const [plain, ...rows] = lines.map((line) => JSON.parse(line) as EvaluationRow);

export function row(over: Partial<EvaluationRow> = {}): EvaluationRow {
  return { ...plain!, ...over };
}

/** Forty images on which `cam` lies a fifth below random order, give or take what its place in the list says. */
export function runRows(): EvaluationRow[] {
  return rows.map((each) => ({ ...each }));
}

export function record(over: Partial<EvaluationRecord['parameters']> = {}): EvaluationRecord {
  return {
    model: { name: 'tiny', sha256: 'ab'.repeat(32), backend: 'fake', executionProvider: 'paper', remarks: [] },
    parameters: {
      dataset: { name: 'pets & <friends>', spec: 'folder:pets', limit: null },
      explainers: [
        { name: 'cam', title: 'CAM' },
        { name: 'random-order', title: 'Pixels in a random order' },
      ],
      metrics: [
        {
          ...{
            name: 'deletion',
            id: 'deletion',
            title: 'Deletion',
            description: 'Measures.',
            ...{ better: 'lower' as const, range: [0, 1] as const },
          },
          ...{ preset: 'paper', options: { score: 'normalised-logit', steps: 100 } },
        },
      ],
      target: 'predicted',
      layer: 'auto',
      ...over,
    },
    seed: 7,
    versions: { understory: '0.1.0' },
  };
}

/** A temporary folder with the examples of a run: a right and a wrong one. */
export async function exampleRun(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'understory-report-'));
  const maps = join(folder, 'maps');
  await mkdir(maps);
  for (const [at, correct] of [true, false].entries()) {
    const picture = rgbImage(
      Uint8Array.from({ length: 192 }, (_, place) => place),
      8,
      8,
    );
    const own = join(maps, String(at));
    await mkdir(own);
    await writeFile(join(own, 'picture.png'), await encodePng(picture));
    await writeFile(join(own, 'cam.npy'), encodeNpy(Float32Array.of(0, 1, 2, 3), [2, 2]));
    const { item, label, predicted, predictedLabel, probability, target, targetLabel } = row({ item: `test/${at}` });
    const example: ExampleRecord = {
      ...{ item, label, predicted, predictedLabel: correct ? predictedLabel : 'a "dog"', probability, correct },
      ...{ target, targetLabel, picture: 'picture.png' },
      maps: [{ explainer: 'cam', file: 'cam.npy', layer: 'features' }],
    };
    await writeFile(join(own, 'example.json'), JSON.stringify(example));
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
