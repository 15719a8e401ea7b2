import { join } from 'node:path';
import { encodeNpy, encodePng } from '@understory/imaging';
import { exampleFolder, fileSafe, readExampleRecords, type ExampleRecord } from '@understory/report';
import type { ExplainedItem } from './evaluation-experiment.ts';
import { prepareFolder, writeWhole } from './write-file.ts';

/**
 * Keeps pictures and maps of the first images for figures, up to `most` of each kind: right, wrong and without a label.
 * What an earlier run of the same folder kept counts.
 */
export async function exampleKeeper(
  folder: string,
  most: number,
): Promise<(explained: ExplainedItem) => Promise<void>> {
  const target = join(folder, exampleFolder);
  if (most > 0) await prepareFolder(target);
  const kept = new Map((await readExampleRecords(folder)).map(({ item, correct }) => [item, correct]));
  return async ({ picture, facts, maps }) => {
    const alike = [...kept.values()].filter((correct) => correct === facts.correct).length;
    if (alike >= most || kept.has(facts.item)) return;
    kept.set(facts.item, facts.correct);
    const name = fileSafe(facts.item);
    await writeWhole(join(target, `${name}.png`), await encodePng(picture));
    const files: ExampleRecord['maps'][number][] = [];
    for (const { explainer, map } of maps) {
      if (!map.data.every(Number.isFinite)) continue;
      const file = `${name}.${fileSafe(explainer)}.npy`;
      await writeWhole(join(target, file), encodeNpy(map.data, [map.height, map.width]));
      files.push({ explainer, file, layer: map.layer ?? null });
    }
    // Last, so that a record names files that are there.
    const record: ExampleRecord = { ...facts, picture: `${name}.png`, maps: files };
    await writeWhole(join(target, `${name}.json`), `${JSON.stringify(record, null, 2)}\n`);
  };
}
