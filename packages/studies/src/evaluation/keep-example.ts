import { encodeNpy, type ImageCodec } from '@understory/imaging';
import { fileName } from '../common/file-name.ts';
import { exampleStore } from '../common/kept-examples.ts';
import { exampleFile } from '../common/stored-examples.ts';
import type { ArtifactStore } from '../artifact-store.ts';
import { outlinesOf } from '../explanation/outlines.ts';
import type { ExplainedItem } from './evaluation-experiment.ts';
import { exampleFolder, readExampleRecords, type ExampleRecord } from './example-record.ts';

/**
 * Keeps pictures and maps of some images for figures, up to `most` of each kind: right, wrong and without a label. The seed chooses them.
 * What an earlier process of the same run kept counts.
 */
export async function exampleKeeper(
  store: ArtifactStore,
  { most, seed, codec }: { readonly most: number; readonly seed: number; readonly codec: ImageCodec },
): Promise<(explained: ExplainedItem) => Promise<void>> {
  // One that cannot be read is written again when its image comes, or is told of by the report.
  const stored = await readExampleRecords(store, () => undefined);
  const kept = stored.map(({ record }) => ({ item: record.item, kind: record.correct }));
  const keep = await exampleStore(store, exampleFolder, { most, seed, kept });
  return ({ picture, answer, target, facts, maps }) =>
    keep({ item: facts.item, kind: facts.correct }, async (own) => {
      await store.write(`${own}/picture.png`, await codec.encodePng(picture));
      const files: ExampleRecord['maps'][number][] = [];
      for (const { explainer, map } of maps) {
        if (!map.data.every(Number.isFinite)) continue;
        const file = `${fileName(explainer)}.npy`;
        await store.write(`${own}/${file}`, encodeNpy(map.data, [map.height, map.width]));
        files.push({ explainer, file, layer: map.layer ?? null });
      }
      // Last, so that a record names files that are there.
      const outlines = outlinesOf(answer, target);
      const record: ExampleRecord = { ...facts, picture: 'picture.png', maps: files, outlines };
      await store.write(`${own}/${exampleFile}`, `${JSON.stringify(record, null, 2)}\n`);
    });
}
