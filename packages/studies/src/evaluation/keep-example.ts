import { join } from 'node:path';
import { encodeNpy } from '@understory/imaging';
import { encodePng } from '@understory/imaging/sharp';
import { exampleFile, exampleFolder, fileName, readExampleRecords, type ExampleRecord } from '@understory/report';
import type { ExplainedItem } from './evaluation-experiment.ts';
import { exampleStore } from '@understory/cli';
import { writeWhole } from '@understory/cli';

/**
 * Keeps pictures and maps of some images for figures, up to `most` of each kind: right, wrong and without a label. The seed chooses them.
 * What an earlier process of the same run kept counts.
 */
export async function exampleKeeper(
  folder: string,
  { most, seed }: { readonly most: number; readonly seed: number },
): Promise<(explained: ExplainedItem) => Promise<void>> {
  // One that cannot be read is written again when its image comes, or is told of by the report.
  const stored = await readExampleRecords(folder, () => undefined);
  const kept = stored.map(({ record }) => ({ item: record.item, kind: record.correct }));
  const keep = await exampleStore(join(folder, exampleFolder), { most, seed, kept });
  return ({ picture, facts, maps }) =>
    keep({ item: facts.item, kind: facts.correct }, async (own) => {
      await writeWhole(join(own, 'picture.png'), await encodePng(picture));
      const files: ExampleRecord['maps'][number][] = [];
      for (const { explainer, map } of maps) {
        if (!map.data.every(Number.isFinite)) continue;
        const file = `${fileName(explainer)}.npy`;
        await writeWhole(join(own, file), encodeNpy(map.data, [map.height, map.width]));
        files.push({ explainer, file, layer: map.layer ?? null });
      }
      // Last, so that a record names files that are there.
      const record: ExampleRecord = { ...facts, picture: 'picture.png', maps: files };
      await writeWhole(join(own, exampleFile), `${JSON.stringify(record, null, 2)}\n`);
    });
}
