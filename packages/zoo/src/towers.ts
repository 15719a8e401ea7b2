import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { UnderstoryError } from '@understory/core';
import { findModelFiles } from './find-model-file.ts';

/** The two networks of a model of pictures and text, each in one format or several, the ONNX one first. */
export interface Towers {
  readonly image: readonly [string, ...string[]];
  readonly text: readonly [string, ...string[]];
}

const imageWords = ['visual', 'vision', 'image', 'img'];
const textWords = ['textual', 'text', 'txt'];

/** Letters before or behind would make it another word: `context`, `imagenet`. */
const wordsAt = (words: readonly string[]) => new RegExp(`(?<![a-z])(?:${words.join('|')})(?![a-z])`, 'i');
const imageWord = wordsAt(imageWords);
const textWord = wordsAt(textWords);

/** How a variant of a network is called behind the name that both towers have; what is not among them comes last. */
const variants = ['', 'fp16', 'quantized', 'int8', 'uint8', 'q8', 'bnb4', 'q4', 'q4f16'];

/**
 * The towers in a folder: `visual/` and `textual/` as immich and open_clip's exporters lay them out, or `vision_model.onnx` and `text_model.onnx` as
 * transformers.js does, in the folder or in `onnx/`; of several variants the one without an ending, else half precision, else a quantised one.
 */
export async function towersIn(folder: string): Promise<Towers | undefined> {
  const own = await namesIn(folder);
  return (await inFolders(folder, own)) ?? (await amongFiles(folder, own)) ?? amongFiles(join(folder, 'onnx'));
}

/** The towers of which a folder holds one, its sibling the other: `clip-vision` and `clip-text`, or `visual` and `textual`. */
export async function towersBeside(folder: string): Promise<Towers | undefined> {
  const siblings = await namesIn(dirname(folder));
  const pair = pairOf(basename(folder), siblings);
  return pair && bothModels(join(dirname(folder), pair.image), join(dirname(folder), pair.text));
}

/** The towers of which a file is one: the other has the same name but for the word that tells them apart, or lies in the sibling of its folder. */
export async function towersOf(file: string): Promise<Towers | undefined> {
  const folder = dirname(file);
  const pair = pairOf(basename(file), await namesIn(folder));
  if (pair !== undefined) return { image: [join(folder, pair.image)], text: [join(folder, pair.text)] };
  const isInside = ['onnx', 'tfjs'].includes(basename(folder));
  const beside = await towersBeside(isInside ? dirname(folder) : folder);
  if (beside === undefined) return undefined;
  if (isWithin(file, beside.image[0], isInside)) return { image: [file], text: beside.text };
  return isWithin(file, beside.text[0], isInside) ? { image: beside.image, text: [file] } : undefined;
}

function isWithin(file: string, other: string, isInside: boolean): boolean {
  const folder = isInside ? dirname(dirname(file)) : dirname(file);
  return other.startsWith(join(folder, '/'));
}

async function inFolders(folder: string, own: readonly string[]): Promise<Towers | undefined> {
  const plain = own.filter((name) => extname(name) === '');
  for (const name of plain) {
    if (!imageWord.test(name)) continue;
    const pair = pairOf(name, plain);
    const towers = pair && (await bothModels(join(folder, pair.image), join(folder, pair.text)));
    if (towers !== undefined) return towers;
  }
  return undefined;
}

async function amongFiles(folder: string, own?: readonly string[]): Promise<Towers | undefined> {
  const names = (own ?? (await namesIn(folder))).filter((name) => /\.onnx$/i.test(name));
  const pairs = names.flatMap((name) => (imageWord.test(name) ? (pairOf(name, names) ?? []) : []));
  const [best] = pairs.toSorted((one, other) => rank(one.image) - rank(other.image));
  if (best === undefined) return undefined;
  // A half-precision or quantised pair is no better than the whole network beside it.
  if (rank(best.image) > 0 && names.includes('model.onnx')) return undefined;
  return { image: [join(folder, best.image)], text: [join(folder, best.text)] };
}

/** Where the variant of a file stands in the order of what is taken. */
function rank(name: string): number {
  const stem = basename(name, extname(name)).toLowerCase();
  const place = variants.findLastIndex((variant) => variant !== '' && stem.endsWith(`_${variant}`));
  return place < 0 ? 0 : place;
}

/** The two names that are one but for the word that says which tower it is, of which `name` is one. */
function pairOf(name: string, names: readonly string[]): { readonly image: string; readonly text: string } | undefined {
  const [own, other, words] = imageWord.test(name)
    ? ([imageWord, 'text', textWords] as const)
    : ([textWord, 'image', imageWords] as const);
  if (!own.test(name)) return undefined;
  const partner = words.map((word) => name.replace(own, word)).find((each) => names.includes(each));
  if (partner === undefined) return undefined;
  return other === 'text' ? { image: name, text: partner } : { image: partner, text: name };
}

async function bothModels(image: string, text: string): Promise<Towers | undefined> {
  const [ours, theirs] = [await modelsIn(image), await modelsIn(text)];
  return ours && theirs && { image: ours, text: theirs };
}

/** Undefined of what is no folder with one model. */
async function modelsIn(folder: string): Promise<readonly [string, ...string[]] | undefined> {
  try {
    const [first, ...others] = await findModelFiles(folder);
    return [join(folder, first), ...others.map((name) => join(folder, name))];
  } catch (error) {
    if (
      error instanceof UnderstoryError ||
      ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
    ) {
      return undefined;
    }
    throw error;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return [];
    throw cause;
  }
}
