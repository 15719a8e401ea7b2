import { posix } from 'node:path';
import type { CaptionTest } from '@understory/core';
import { datasetErrors } from '../../errors.ts';
import { chooseSplit } from '../../choose-split.ts';
import type { DatasetReader } from '../../reader.ts';
import { Entry, optionsOf, readJsonList } from './entries.ts';
import { Captioned, firstOf, pictureFolder, present, readerOf } from './pictures.ts';
import { relationIn, truthOnMirror } from './relations.ts';

interface Part {
  /** As its authors call it. */
  readonly name: string;
  readonly file: string;
  /** The folder of its pictures, in the folder of the file. */
  readonly images: string;
  /** Whether its pictures show the two things that captions name and nothing else, so that another thing makes a caption false. */
  readonly isControlled: boolean;
  /** The picture of an entry, and its captions, the true one first. */
  readonly read: (
    file: string,
    value: unknown,
    at: number,
  ) => { readonly image: string; readonly options: readonly string[] };
}

const controlled: Part['read'] = (file, value, at) => {
  const entry = new Entry(file, { place: `entry ${at + 1}` }, value, ['image_path', 'caption_options']);
  return { image: posix.basename(entry.picture('image_path')), options: entry.options('caption_options') };
};

/** A list of the number of an image of COCO or Visual Genome, the true caption and the false one. */
function listed(nameOf: (id: string) => string): Part['read'] {
  return (file, value, at) => {
    const invalid = (found: string, expected: string) =>
      datasetErrors.labelsInvalid({ file, place: `entry ${at + 1}`, found, expected });
    const [id, ...captions]: readonly unknown[] = Array.isArray(value) ? value : [];
    if (!(typeof id === 'number' && Number.isSafeInteger(id)) && !(typeof id === 'string' && /^\d+$/.test(id))) {
      throw invalid(JSON.stringify(value) ?? 'nothing', 'the number of an image, the true caption and the false one');
    }
    return { image: nameOf(String(id)), options: optionsOf(captions, 'captions ', invalid) };
  };
}

const coco = listed((id) => `${id.padStart(12, '0')}.jpg`);
const visualGenome = listed((id) => `${id}.jpg`);

const parts: readonly Part[] = [
  {
    ...{ name: 'Controlled_Images_A', file: 'controlled_images_dataset.json', images: 'controlled_images' },
    ...{ isControlled: true, read: controlled },
  },
  {
    ...{ name: 'Controlled_Images_B', file: 'controlled_clevr_dataset.json', images: 'controlled_clevr' },
    ...{ isControlled: true, read: controlled },
  },
  { name: 'COCO_QA_one_obj', file: 'coco_qa_one_obj.json', images: 'val2017', isControlled: false, read: coco },
  { name: 'COCO_QA_two_obj', file: 'coco_qa_two_obj.json', images: 'val2017', isControlled: false, read: coco },
  { name: 'VG_QA_one_obj', file: 'vg_qa_one_obj.json', images: 'vg_images', isControlled: false, read: visualGenome },
  { name: 'VG_QA_two_obj', file: 'vg_qa_two_obj.json', images: 'vg_images', isControlled: false, read: visualGenome },
];

/**
 * What'sUp (Kamath et al. 2023) as its repository lays it out: JSON files and folders of images, in the folder or its `data/`. A split is one
 * part, such as `Controlled_Images_A`; all that are there without one. The opposite relation is what the true caption is asked against, the
 * other options follow; in controlled images another thing in the place of the first is the control.
 * Throws DATASET_LABELS_MISSING, DATASET_LABELS_INVALID, DATASET_IMAGES_MISSING, DATASET_SPLIT_MISSING and DATASET_EMPTY.
 */
export async function openWhatsup(path: string, asked: string | undefined): Promise<DatasetReader> {
  const there: { readonly part: Part; readonly file: string }[] = [];
  for (const part of parts) {
    const file = await firstOf(path, [part.file, `data/${part.file}`], 'file');
    if (file !== undefined) there.push({ part, file });
  }
  if (there.length === 0) {
    const found = await present(path);
    throw datasetErrors.labelsMissing({ path, lookedFor: parts.map(({ file }) => file), found });
  }
  const names = there.map(({ part }) => part.name);
  const lookedFor = `a part of What'sUp`;
  const split = asked === undefined ? undefined : chooseSplit({ path, splits: names, asked, lookedFor });
  const captioned = new Captioned();
  for (const { part, file } of there) {
    if (split === undefined || split === part.name) await addPart(path, part, file, captioned);
  }
  return captioned.reader(split === undefined ? 'whatsup' : `whatsup/${split}`, path);
}

async function addPart(path: string, part: Part, file: string, captioned: Captioned): Promise<void> {
  const folder = await pictureFolder(path, [posix.join(posix.dirname(file), part.images), part.images]);
  const whole = posix.join(path.replaceAll('\\', '/'), file);
  const entries = (await readJsonList(whole)).map((value, at) => part.read(whole, value, at));
  /** By the caption that is true of them. */
  const pictures = new Map(entries.map(({ image, options }) => [options[0]!, posix.join(folder, image)]));
  for (const [at, { image, options }] of entries.entries()) {
    const id = posix.join(folder, image);
    const place = placeTest(options, part.name);
    const picture = place.onMirror === 'against' ? undefined : pictures.get(place.against[0]!);
    const control = part.isControlled
      ? controlTest(
          entries.map((entry) => entry.options[0]!),
          at,
        )
      : undefined;
    captioned.add(id, readerOf(path, id), {
      tests: [
        ...(control === undefined ? [] : [control]),
        { ...place, ...(picture !== undefined && { counterpart: picture }) },
      ],
      ...(picture !== undefined && { otherPictures: { [picture]: readerOf(path, picture) } }),
    });
  }
}

/** The true caption against the one with the opposite relation, or the first where none is known. */
function placeTest([right = '', ...wrong]: readonly string[], part: string): CaptionTest {
  const relation = relationIn(right);
  const opposite = wrong.find((caption) => {
    const its = relationIn(caption);
    return its !== undefined && its.kind === relation?.kind && its.side !== relation.side;
  });
  const against = opposite ?? wrong[0]!;
  const kind = opposite === undefined ? 'relation' : relation!.kind;
  const onMirror = truthOnMirror(kind, [right, against]);
  const further = wrong.filter((caption) => caption !== against);
  return {
    ...{ kind, captions: [right], against: [against], part },
    ...(further.length > 0 && { further: further.map((caption) => [caption]) }),
    ...(onMirror && { onMirror }),
  };
}

/** The true caption against the same of a thing that another picture shows; undefined where no caption names another thing. */
function controlTest(captions: readonly string[], at: number): CaptionTest | undefined {
  const [own, rest] = cut(captions[at]!) ?? [];
  if (own === undefined || rest === undefined) return undefined;
  for (let step = 1; step < captions.length; step += 1) {
    const [other = own] = cut(captions[(at + step) % captions.length]!) ?? [];
    if (other.toLowerCase() === own.toLowerCase() || rest.toLowerCase().includes(nounOf(other))) continue;
    return { kind: 'object', captions: [captions[at]!], against: [`${other}${rest}`] };
  }
  return undefined;
}

/** What stands before the relation, and the relation with all that follows. */
function cut(caption: string): readonly [thing: string, rest: string] | undefined {
  const relation = relationIn(caption);
  return relation === undefined || relation.at === 0
    ? undefined
    : [caption.slice(0, relation.at), caption.slice(relation.at)];
}

function nounOf(thing: string): string {
  return thing
    .trim()
    .toLowerCase()
    .replace(/^(a|an|the) /, '');
}
