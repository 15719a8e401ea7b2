import { posix } from 'node:path';
import type { OtherThing, Question } from '@understory/core';
import type { Size } from '@understory/imaging';
import { decodeImage } from '@understory/imaging/sharp';
import { datasetErrors } from '../../errors.ts';
import { readPicture } from '../../files.ts';
import type { DatasetReader } from '../../reader.ts';
import { Entry, kindOfJson } from '../captions/entries.ts';
import { Captioned, readerOf } from '../captions/pictures.ts';
import {
  clevrKind,
  clevrSteps,
  mirroredScene,
  readsPlaces,
  runClevr,
  type ClevrObject,
  type ClevrStep,
} from './clevr-program.ts';
import { clevrScenes, type PlacedScene } from './clevr-scenes.ts';
import { picturesIn, questionFiles, readObject, splitAmong } from './question-files.ts';
import { answerOnMirror } from './sides.ts';

/** Those whose answers are published. */
const usual = ['val', 'valA', 'valB', 'train', 'trainA'];

/**
 * CLEVR (Johnson et al. 2017) as it is downloaded: `questions/CLEVR_val_questions.json`, `images/val/`, and where it is there `scenes/CLEVR_val_scenes.json`
 * for boxes, which it says only about, and for the answers about mirror images. Questions of images that are not there, and those without an answer, are
 * passed over. Splits are `val` and `train`.
 * Throws DATASET_LABELS_MISSING, DATASET_LABELS_INVALID, DATASET_IMAGES_MISSING, DATASET_SPLIT_MISSING, DATASET_NOT_READABLE and DATASET_EMPTY.
 */
export async function openClevr(path: string, asked: string | undefined): Promise<DatasetReader> {
  const files = await questionFiles(path, ['questions', '.'], {
    splitOf: (name) => /^(?:.*CLEVR[^_]*_(?:v[\d.]+_)?)?(.+?)_questions\.json$/i.exec(name)?.[1],
    example: 'questions/CLEVR_val_questions.json',
  });
  const { split, file } = splitAmong(files, {
    ...{ path, asked, usual },
    namesOf: (name) => [name, name.replace(/^(?:validation|valid)/, 'val')],
  });
  const whole = posix.join(path.replaceAll('\\', '/'), file);
  const { questions } = await readObject(whole, 'an object with questions');
  if (!Array.isArray(questions)) {
    throw datasetErrors.labelsInvalid({
      file: whole,
      found: `"questions": ${kindOfJson(questions)}`,
      expected: 'a list of questions',
    });
  }
  const pictures = await picturesIn(path, [`images/${split}`, 'images', `${split}`]);
  const own = posix.basename(file);
  const scenes = await clevrScenes(
    path,
    [own.replace(/questions\.json$/i, 'scenes.json')],
    await sizeOf(path, pictures),
  );
  const captioned = new Captioned();
  for (const [at, value] of questions.entries()) {
    const entry = new Entry(whole, { place: `question ${at + 1}` }, value, ['image_filename', 'question']);
    const name = entry.picture('image_filename');
    const answer = answerOf(entry);
    if (answer === undefined || !pictures.names.has(name)) continue;
    const id = posix.join(pictures.folder, name);
    captioned.add(id, readerOf(path, id), { questions: [questionOf(entry, answer, scenes?.get(name))] });
  }
  return captioned.reader(`clevr/${split}`, path, 'questions with answers, of images that are there');
}

/** Pictures may have been shrunk, all in the same way; undefined where the first cannot be read. */
async function sizeOf(
  path: string,
  { folder, names }: { readonly folder: string; readonly names: ReadonlySet<string> },
): Promise<Size | undefined> {
  const [first = ''] = names;
  const id = posix.join(folder, first);
  try {
    const { width, height } = await decodeImage(await readPicture(path, id), id);
    return { width, height };
  } catch {
    return undefined;
  }
}

/** Some writers give numbers as numbers, and yes and no as truth values. */
function answerOf(entry: Entry): string | undefined {
  const answer = entry.value('answer');
  if (typeof answer === 'boolean') return answer ? 'yes' : 'no';
  return typeof answer === 'number' ? String(answer) : entry.optionalText('answer');
}

function questionOf(entry: Entry, answer: string, scene: PlacedScene | undefined): Question {
  const text = entry.text('question');
  const steps = clevrSteps(entry.value('program'));
  const found = scene && steps.length > 0 ? runClevr(steps, scene) : undefined;
  // A program that does not come to the answer that is written was not run on this scene.
  const about = scene !== undefined && found?.answer === answer ? { scene, at: found.about } : undefined;
  const kind = clevrKind(steps);
  const box = about?.at === undefined ? undefined : about.scene.boxes[about.at];
  const others = about?.at === undefined ? [] : othersOf(about.scene, about.at, steps);
  const onMirror = about ? runClevr(steps, mirroredScene(about.scene))?.answer : answerOnMirror(text, answer);
  return {
    kind: kind ?? 'question',
    phrasings: [text],
    answer,
    ...(kind !== undefined && { isSpatial: readsPlaces(steps) }),
    ...(box && { box }),
    ...(others.length > 0 && { others }),
    ...(onMirror !== undefined && { onMirror }),
  };
}

/** The rest of the objects, with what would be right of each where an attribute is asked for. */
function othersOf({ objects, boxes }: PlacedScene, asked: number, steps: readonly ClevrStep[]): readonly OtherThing[] {
  const [, attribute] = /^query_(\w+)$/.exec(steps.at(-1)!.function) ?? [];
  return objects.flatMap((object, at) => {
    const box = boxes[at];
    if (at === asked || box === undefined) return [];
    const answer = attribute === undefined ? undefined : object[attribute as keyof ClevrObject];
    return [{ box, ...(answer !== undefined && { answer }) }];
  });
}
