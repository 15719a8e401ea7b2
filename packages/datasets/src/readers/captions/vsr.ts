import { posix } from 'node:path';
import type { CaptionTest } from '@understory/core';
import { datasetErrors } from '../../errors.ts';
import type { DatasetReader } from '../../reader.ts';
import { Entry, readJsonLines } from './entries.ts';
import { Captioned, firstOf, pictureFolder, present, readerOf } from './pictures.ts';
import { verification } from '../questions/verification.ts';
import { relationNamed, truthOnMirror, turned, type Relation } from './relations.ts';

/** Where splits lie in the repository of the benchmark, and where in the data sets of it at Hugging Face. */
const layouts = ['data/splits/random', 'splits/random', 'data/splits/zeroshot', 'splits/zeroshot', 'data', '.'];

/**
 * VSR (Liu et al. 2023) as its repository lays it out: `data/splits/random/test.jsonl` and `data/images/`, or the JSON lines of a split and
 * `images/` in one folder. A statement whose relation has an opposite is asked against the same statement with the opposite: where it is true,
 * it is the true caption, and where it is false, the opposite is taken for true, which VSR does not say; parts tell the two apart. Every
 * statement is also a question, whether it is true. Splits are `test`, `dev` and `train`, of the random split or as `zeroshot/test`.
 * Throws DATASET_LABELS_MISSING, DATASET_LABELS_INVALID, DATASET_IMAGES_MISSING, DATASET_SPLIT_MISSING and DATASET_EMPTY.
 */
export async function openVsr(path: string, asked = 'test'): Promise<DatasetReader> {
  const names = ['train', 'dev', 'test'];
  const there: { readonly name: string; readonly file: string }[] = [];
  for (const layout of layouts) {
    for (const name of names) {
      const file = await firstOf(path, [posix.join(layout, `${name}.jsonl`)], 'file');
      const kind = layout.includes('zeroshot')
        ? `zeroshot/${name}`
        : layout.includes('random')
          ? `random/${name}`
          : name;
      if (file !== undefined && there.every((other) => other.name !== kind)) there.push({ name: kind, file });
    }
  }
  if (there.length === 0) {
    throw datasetErrors.labelsMissing({
      path,
      lookedFor: ['data/splits/random/test.jsonl', 'test.jsonl'],
      found: await present(path),
    });
  }
  const split = there.find(({ name }) => [asked, `random/${asked}`].includes(name));
  if (split === undefined) {
    const splits = there.map(({ name }) => name);
    throw datasetErrors.splitMissing({ path, split: asked, splits, lookedFor: 'a file of JSON lines for each split' });
  }
  const folder = await pictureFolder(path, ['data/images', 'images', 'data/trainval2017', 'trainval2017']);
  const whole = posix.join(path.replaceAll('\\', '/'), split.file);
  const captioned = new Captioned();
  for (const { line, value } of await readJsonLines(whole)) {
    const entry = new Entry(whole, { line }, value, ['image', 'caption', 'label', 'relation']);
    const label = entry.number('label');
    if (label !== 0 && label !== 1) throw entry.invalid(`the label ${label}`, '1 for true, 0 for false');
    const id = posix.join(folder, entry.picture('image'));
    const statement = entry.text('caption');
    const relation = relationNamed(entry.text('relation'));
    captioned.add(id, readerOf(path, id), {
      tests: captionsOf(statement, label, relation),
      questions: [verification(statement, label === 1, relation?.kind ?? 'relation')],
    });
  }
  return captioned.reader(`vsr/${split.name}`, path);
}

/** The statement against its opposite; none where it has no opposite. */
function captionsOf(statement: string, label: 0 | 1, relation: Relation | undefined): readonly CaptionTest[] {
  const opposite = relation && turned(statement, relation);
  if (relation === undefined || opposite === undefined) return [];
  const [right, wrong] = label === 1 ? [statement, opposite] : [opposite, statement];
  const onMirror = truthOnMirror(relation.kind, [right, wrong]);
  return [
    {
      ...{ kind: relation.kind, captions: [right], against: [wrong] },
      part: label === 1 ? 'true statements' : 'false statements',
      ...(onMirror && { onMirror }),
    },
  ];
}
