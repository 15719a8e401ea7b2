import { join, posix } from 'node:path';
import { isJsonObject, type Box, type OtherThing, type Question } from '@understory/core';
import type { Size } from '@understory/imaging';
import { datasetErrors } from '../../errors.ts';
import type { DatasetReader } from '../../reader.ts';
import { Entry } from '../captions/entries.ts';
import { Captioned, firstOf, readerOf } from '../captions/pictures.ts';
import { askedThing, isAboutPlaces, namedThings, stepsOf } from './gqa-program.ts';
import { picturesIn, questionFiles, readObject, splitAmong } from './question-files.ts';
import { answerOnMirror } from './sides.ts';

const folders = ['questions', 'questions1.2', 'questions1.3', '.'];
/** Those whose answers are published, those that results are told of first. */
const usual = [
  'testdev_balanced',
  'val_balanced',
  'testdev_all',
  'val_all',
  'train_balanced',
  'testdev',
  'val',
  'train',
];

/**
 * GQA (Hudson and Manning 2019) as it is downloaded: `questions/testdev_balanced_questions.json` and `images/`, and where they are there
 * `sceneGraphs/val_sceneGraphs.json` for boxes. Splits are `testdev`, `val` and `train`, balanced unless `val_all` is said. Questions of images that
 * are not there, and those without an answer, are passed over. Questions that mean the same are phrasings of one.
 * Throws DATASET_LABELS_MISSING, DATASET_LABELS_INVALID, DATASET_IMAGES_MISSING, DATASET_SPLIT_MISSING, DATASET_NOT_READABLE and DATASET_EMPTY.
 */
export async function openGqa(path: string, asked: string | undefined): Promise<DatasetReader> {
  const files = await questionFiles(path, folders, {
    splitOf: (name) => /^(.+?)_?questions\.json$/i.exec(name)?.[1],
    example: 'questions/testdev_balanced_questions.json',
  });
  const { split, file } = splitAmong(files, {
    ...{ path, asked, usual },
    namesOf: (name) => {
      const own = name.replace(/^(?:validation|valid)(?=_|$)/, 'val');
      return [own, `${own}_balanced`, `${own}_all`];
    },
  });
  const whole = posix.join(path.replaceAll('\\', '/'), file);
  const entries = await readObject(whole, 'an object of questions by their numbers');
  const pictures = await picturesIn(path, ['images', 'allImages/images', 'allImages']);
  const graphs = await sceneGraphs(path, split.split('_')[0]!);
  const nameOf = (id: string) => [`${id}.jpg`, `${id}.png`].find((name) => pictures.names.has(name));
  const captioned = new Captioned();
  const merged = new Set<string>();
  for (const [id, value] of Object.entries(entries)) {
    const entry = new Entry(whole, { place: `question ${id}` }, value, ['question', 'imageId']);
    const { image, answer } = asking(entry);
    const name = nameOf(image);
    if (answer === undefined || name === undefined || merged.has(id)) continue;
    const same = equivalents(id, entry, entries, { image, answer }).filter((other) => !merged.has(other));
    for (const each of [id, ...same]) merged.add(each);
    const phrasings = [id, ...same].map(
      (each) => new Entry(whole, { place: `question ${each}` }, entries[each], ['question']),
    );
    const picture = posix.join(pictures.folder, name);
    captioned.add(picture, readerOf(path, picture), { questions: [questionOf(phrasings, answer, graphs?.of(image))] });
  }
  return captioned.reader(`gqa/${split}`, path, 'questions with answers, of images that are there');
}

function asking(entry: Entry): { readonly image: string; readonly answer: string | undefined } {
  const id = entry.value('imageId');
  return {
    image: typeof id === 'number' ? String(id) : entry.picture('imageId'),
    answer: entry.optionalText('answer'),
  };
}

/** Other questions that mean the same as one, about the same image with the same answer. */
function equivalents(
  id: string,
  entry: Entry,
  entries: Readonly<Record<string, unknown>>,
  { image, answer }: { readonly image: string; readonly answer: string },
): readonly string[] {
  const listed = entry.value('equivalent');
  if (!Array.isArray(listed)) return [];
  return listed.filter((other): other is string => {
    const value =
      typeof other === 'string' && other !== id && Object.hasOwn(entries, other) ? entries[other] : undefined;
    if (!isJsonObject(value)) return false;
    const { question, imageId, answer: its } = value as Readonly<Record<string, unknown>>;
    return typeof question === 'string' && String(imageId) === image && its === answer;
  });
}

function questionOf(phrasings: readonly Entry[], answer: string, graph: SceneGraph | undefined): Question {
  const [first] = phrasings as [Entry, ...Entry[]];
  const steps = stepsOf(first.value('semantic'));
  const { structural, semantic } = typesOf(first);
  const texts = phrasings.map((entry) => entry.text('question'));
  const thing = askedThing(steps);
  const found = thing && phrasings.map((entry, at) => phraseFor(thing.id, thing.name, texts[at]!, entry));
  const phrases = found?.every((phrase) => phrase !== undefined) ? (found as readonly string[]) : undefined;
  const onMirror = answerOnMirror(texts.join(' '), answer);
  const box = thing && graph?.boxOf(thing.id);
  const asksName = steps.at(-1)?.operation === 'query' && steps.at(-1)?.argument === 'name';
  const others =
    thing &&
    box &&
    graph?.others(
      thing.id,
      namedThings(steps).map(({ id }) => id),
      asksName,
    );
  return {
    kind: [structural, semantic].filter((part) => part !== undefined).join(' ') || 'question',
    phrasings: texts,
    ...(phrases && { phrases }),
    answer,
    ...(semantic !== undefined && { answerType: semantic }),
    ...(steps.length > 0 && { isSpatial: isAboutPlaces(steps) }),
    ...(box && { box, ...(graph?.size && { boxesIn: graph.size }) }),
    ...(others && others.length > 0 && { others }),
    ...(onMirror !== undefined && { onMirror }),
  };
}

function typesOf(entry: Entry): { readonly structural?: string; readonly semantic?: string } {
  const types = Object(entry.value('types')) as Readonly<Record<string, unknown>>;
  const { structural, semantic } = types;
  return {
    ...(typeof structural === 'string' && { structural }),
    ...(typeof semantic === 'string' && { semantic }),
  };
}

/** The words of a question that its annotations give to a thing, else those that are its name. */
function phraseFor(id: string, name: string, text: string, entry: Entry): string | undefined {
  const { question: pointers } = Object(entry.value('annotations')) as { readonly question?: unknown };
  const ranges = Object.entries(Object(pointers) as object).flatMap(([range, thing]) => {
    const [, from, to] = /^(\d+)(?::(\d+))?$/.exec(range) ?? [];
    return thing === id && from !== undefined ? [[Number(from), to === undefined ? Number(from) + 1 : Number(to)]] : [];
  });
  const words = text.split(/\s+/);
  for (const [from, to] of ranges) {
    const phrase = withoutMark(words.slice(from, to).join(' '));
    if (phrase !== '' && text.includes(phrase)) return phrase;
  }
  const at =
    name === '' ? -1 : text.toLowerCase().search(new RegExp(`\\b${name.toLowerCase().replace(/[^\w\s]/g, '\\$&')}`));
  return at < 0 ? undefined : text.slice(at, at + name.length);
}

function withoutMark(words: string): string {
  return /[?,.!]/.test(words.slice(-1)) ? words.slice(0, -1) : words;
}

/** The things of an image. */
interface SceneGraph {
  /** Of the picture that it was made of; undefined where it does not say. */
  readonly size: Size | undefined;
  boxOf(id: string): Box | undefined;
  /** What else has the name of a thing, and what else is named, with what would be right of them where their name is asked for. */
  others(id: string, named: readonly string[], asksName: boolean): readonly OtherThing[];
}

/** Undefined where there are none of the split. */
async function sceneGraphs(
  path: string,
  split: string,
): Promise<{ of(image: string): SceneGraph | undefined } | undefined> {
  const name = `${split}_sceneGraphs.json`;
  const file = await firstOf(path, [`sceneGraphs/${name}`, `scene_graphs/${name}`, name], 'file');
  if (file === undefined) return undefined;
  const whole = join(path, file);
  const graphs = await readObject(whole, 'an object of scene graphs by image');
  return {
    of(image) {
      const graph = Object.hasOwn(graphs, image) ? graphs[image] : undefined;
      if (graph === undefined) return undefined;
      const { objects, width, height } = Object(graph) as Readonly<Record<string, unknown>>;
      if (!isJsonObject(objects)) {
        throw datasetErrors.labelsInvalid({
          file: whole,
          place: `image ${image}`,
          found: 'no objects',
          expected: 'objects',
        });
      }
      return graphOf(objects as Readonly<Record<string, unknown>>, sizeOf(width, height));
    },
  };
}

function sizeOf(width: unknown, height: unknown): Size | undefined {
  const isSize = typeof width === 'number' && typeof height === 'number' && width > 0 && height > 0;
  return isSize ? { width, height } : undefined;
}

function graphOf(objects: Readonly<Record<string, unknown>>, size: Size | undefined): SceneGraph {
  const thing = (id: string) => {
    const {
      name,
      x,
      y,
      w: width,
      h: height,
    } = Object(Object.hasOwn(objects, id) ? objects[id] : {}) as Readonly<Record<string, unknown>>;
    const isBox =
      [x, y, width, height].every((side) => typeof side === 'number') && Number(width) > 0 && Number(height) > 0;
    return { name: String(name), box: isBox ? ({ x, y, width, height } as Box) : undefined };
  };
  return {
    size,
    boxOf: (id) => thing(id).box,
    others(id, named, asksName) {
      const own = thing(id).name;
      const ids = Object.keys(objects).filter(
        (other) => other !== id && (named.includes(other) || thing(other).name === own),
      );
      return ids.flatMap((other) => {
        const { name, box } = thing(other);
        return box === undefined ? [] : [{ box, ...(asksName && { answer: name }) }];
      });
    },
  };
}
