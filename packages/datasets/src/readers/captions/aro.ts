import { posix } from 'node:path';
import type { Box } from '@understory/core';
import { cropTo } from './crop.ts';
import { datasetErrors } from '../../errors.ts';
import { chooseSplit } from '../../choose-split.ts';
import type { DatasetReader } from '../../reader.ts';
import { Entry, readJsonList } from './entries.ts';
import { Captioned, firstOf, pictureFolder, present, readerOf } from './pictures.ts';
import { relationNamed, truthOnMirror } from './relations.ts';

const parts = [
  { name: 'VG-Relation', file: 'visual_genome_relation.json', kind: undefined },
  { name: 'VG-Attribution', file: 'visual_genome_attribution.json', kind: 'binding' },
] as const;

const fields = ['image_path', 'true_caption', 'false_caption', 'bbox_x', 'bbox_y', 'bbox_w', 'bbox_h'];

/**
 * VG-Relation and VG-Attribution of ARO (Yuksekgonul et al. 2023) as they are downloaded: two JSON files and `images/`, in the folder or its
 * `data/`. Captions are asked of the part of the image that the entry cuts out. A split is one of the two; both without one.
 * Throws DATASET_LABELS_MISSING, DATASET_LABELS_INVALID, DATASET_IMAGES_MISSING, DATASET_SPLIT_MISSING and DATASET_EMPTY.
 */
export async function openAro(path: string, asked: string | undefined): Promise<DatasetReader> {
  const there: { readonly part: (typeof parts)[number]; readonly file: string }[] = [];
  for (const part of parts) {
    const file = await firstOf(path, [part.file, `data/${part.file}`], 'file');
    if (file !== undefined) there.push({ part, file });
  }
  if (there.length === 0) {
    const found = await present(path);
    throw datasetErrors.labelsMissing({ path, lookedFor: parts.map(({ file }) => file), found });
  }
  const splits = there.map(({ part }) => part.name);
  const split = asked === undefined ? undefined : chooseSplit({ path, splits, asked, lookedFor: 'a part of ARO' });
  const captioned = new Captioned();
  for (const { part, file } of there) {
    if (split !== undefined && split !== part.name) continue;
    const folder = await pictureFolder(path, [posix.join(posix.dirname(file), 'images'), 'images']);
    const whole = posix.join(path.replaceAll('\\', '/'), file);
    for (const [at, value] of (await readJsonList(whole)).entries()) {
      const needed = part.kind === undefined ? [...fields, 'relation_name'] : fields;
      const entry = new Entry(whole, { place: `entry ${at + 1}` }, value, needed);
      const [right, wrong] = [entry.text('true_caption'), entry.text('false_caption')];
      if (right === wrong) throw entry.invalid(`"${right}" as true and as false`, 'captions that differ');
      const kind = part.kind ?? relationNamed(entry.text('relation_name'))?.kind ?? 'relation';
      const onMirror = truthOnMirror(kind, [right, wrong]);
      const image = posix.join(folder, entry.picture('image_path'));
      const box = boxOf(entry);
      const id = `${image}#${box.x},${box.y},${box.width},${box.height}`;
      captioned.add(id, cropTo(readerOf(path, image), box, id), {
        tests: [{ kind, captions: [right], against: [wrong], part: part.name, ...(onMirror && { onMirror }) }],
      });
    }
  }
  return captioned.reader(split === undefined ? 'aro' : `aro/${split}`, path);
}

function boxOf(entry: Entry): Box {
  const box = {
    ...{ x: entry.number('bbox_x'), y: entry.number('bbox_y') },
    ...{ width: entry.number('bbox_w'), height: entry.number('bbox_h') },
  };
  if (!(box.width > 0 && box.height > 0))
    throw entry.invalid(`a box of ${box.width} x ${box.height}`, 'a box of positive sides');
  return box;
}
