import type { HeatMap } from '@understory/core';
import { encodeNpy, type ImageCodec } from '@understory/imaging';
import type { ArtifactStore } from '../artifact-store.ts';
import { fileName } from '../common/file-name.ts';
import { exampleStore } from '../common/kept-examples.ts';
import { exampleFile } from '../common/stored-examples.ts';
import { outlinesOf } from '../explanation/outlines.ts';
import type { Examined } from '../examination/examination.ts';
import { comparisonExampleFolder, readComparisonExamples, type ComparisonExample } from './comparison-example.ts';
import type { ComparisonRow } from './comparison-rows.ts';

/** An image with what both networks do with it. */
export interface ComparedItem {
  readonly row: ComparisonRow;
  readonly first: Examined;
  readonly second: Examined;
}

/** Keeps what both networks saw and looked at, up to `most` images of each kind: with the same decision, and with another. */
export async function comparisonKeeper(
  store: ArtifactStore,
  { most, seed, codec }: { readonly most: number; readonly seed: number; readonly codec: ImageCodec },
): Promise<(compared: ComparedItem) => Promise<void>> {
  const stored = await readComparisonExamples(store, () => undefined);
  const kept = stored.map(({ record }) => ({ item: record.item, kind: record.same }));
  const keep = await exampleStore(store, comparisonExampleFolder, { most, seed, kept });
  return ({ row, first, second }) =>
    keep({ item: row.item, kind: row.same }, async (own) => {
      const side = async (
        name: 'first' | 'second',
        { picture, maps, answer, target }: Examined,
      ): Promise<ComparisonExample['first']> => {
        await store.write(`${own}/${name}.png`, await codec.encodePng(picture));
        const files: { explainer: string; file: string }[] = [];
        for (const { explainer, map } of maps) {
          if (!isFinite(map)) continue;
          const file = `${name}-${fileName(explainer)}.npy`;
          await store.write(`${own}/${file}`, encodeNpy(map.data, [map.height, map.width]));
          files.push({ explainer, file });
        }
        const { predicted, predictedLabel, probability } = row[name];
        return {
          predicted,
          predictedLabel,
          probability,
          picture: `${name}.png`,
          maps: files,
          outlines: outlinesOf(answer, target),
        };
      };
      const { item, label, same } = row;
      const { target, targetLabel, asked } = row.first;
      const record: ComparisonExample = {
        ...{ item, label, asked, same, target, targetLabel },
        first: await side('first', first),
        second: await side('second', second),
      };
      // Last, so that a record names files that are there.
      await store.write(`${own}/${exampleFile}`, `${JSON.stringify(record, null, 2)}\n`);
    });
}

function isFinite({ data }: HeatMap): boolean {
  return data.every(Number.isFinite);
}
