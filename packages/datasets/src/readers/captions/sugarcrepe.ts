import { posix } from 'node:path';
import { datasetErrors } from '../../errors.ts';
import { chooseSplit } from '../../choose-split.ts';
import type { DatasetReader } from '../../reader.ts';
import { Entry, kindOfJson, readJson } from './entries.ts';
import { Captioned, firstOf, pictureFolder, present, readerOf } from './pictures.ts';
import { truthOnMirror } from './relations.ts';

/** The parts of the benchmark, and what each changes. */
const kinds = {
  add_att: 'addition',
  add_obj: 'addition',
  replace_att: 'attribute',
  replace_obj: 'object',
  replace_rel: 'relation',
  swap_att: 'binding',
  swap_obj: 'word-order',
} as const;

const images = ['val2017', 'images/val2017', 'coco/images/val2017', 'coco/val2017', 'images'];

/**
 * SugarCrepe (Hsieh et al. 2023) as its repository lays it out: seven JSON files in the folder or its `data/`, and the images of COCO's
 * validation split of 2017 in `val2017/`, `images/val2017/` or `coco/images/val2017/` beside them. A split is one part, such as `swap_att`.
 * Throws DATASET_LABELS_MISSING, DATASET_LABELS_INVALID, DATASET_IMAGES_MISSING, DATASET_SPLIT_MISSING and DATASET_EMPTY.
 */
export async function openSugarcrepe(path: string, asked: string | undefined): Promise<DatasetReader> {
  const there: { readonly part: keyof typeof kinds; readonly file: string }[] = [];
  for (const part of Object.keys(kinds) as (keyof typeof kinds)[]) {
    const file = await firstOf(path, [`${part}.json`, `data/${part}.json`], 'file');
    if (file !== undefined) there.push({ part, file });
  }
  if (there.length === 0) {
    const lookedFor = Object.keys(kinds).map((part) => `${part}.json`);
    throw datasetErrors.labelsMissing({ path, lookedFor, found: await present(path) });
  }
  const splits = there.map(({ part }) => part);
  const split =
    asked === undefined ? undefined : chooseSplit({ path, splits, asked, lookedFor: 'a part of SugarCrepe' });
  const folder = await pictureFolder(path, [...images, ...images.map((candidate) => `data/${candidate}`)]);
  const captioned = new Captioned();
  for (const { part, file } of there) {
    if (split !== undefined && split !== part) continue;
    const whole = posix.join(path.replaceAll('\\', '/'), file);
    for (const [key, value] of Object.entries(await readEntries(whole))) {
      const entry = new Entry(whole, { place: `entry "${key}"` }, value, ['filename', 'caption', 'negative_caption']);
      const [right, wrong] = [entry.text('caption'), entry.text('negative_caption')];
      if (right === wrong) throw entry.invalid(`"${right}" as true and as false`, 'captions that differ');
      const kind = kinds[part];
      const onMirror = truthOnMirror(kind, [right, wrong]);
      const id = posix.join(folder, entry.picture('filename'));
      captioned.add(id, readerOf(path, id), {
        tests: [{ kind, captions: [right], against: [wrong], part, ...(onMirror && { onMirror }) }],
      });
    }
  }
  return captioned.reader(split === undefined ? 'sugarcrepe' : `sugarcrepe/${split}`, path);
}

async function readEntries(file: string): Promise<object> {
  const entries = await readJson(file);
  if (typeof entries === 'object' && entries !== null) {
    if (Object.keys(entries).length > 0) return entries;
    throw datasetErrors.empty({ path: file, lookedFor: 'at least one entry' });
  }
  throw datasetErrors.labelsInvalid({ file, found: kindOfJson(entries), expected: 'an object of entries by number' });
}
