import { UnderstoryError } from '@understory/core';
import { findModelFiles, namesIn } from './find-model-file.ts';
import type { ModelFiles } from './model-files.ts';

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
export async function towersIn(disk: ModelFiles, folder: string): Promise<Towers | undefined> {
  const own = await namesIn(disk, folder);
  return (
    (await inFolders(disk, folder, own)) ??
    (await amongFiles(disk, folder, own)) ??
    amongFiles(disk, disk.join(folder, 'onnx'))
  );
}

/** The towers of which a folder holds one, its sibling the other: `clip-vision` and `clip-text`, or `visual` and `textual`. */
export async function towersBeside(disk: ModelFiles, folder: string): Promise<Towers | undefined> {
  const siblings = await namesIn(disk, disk.dirname(folder));
  const pair = pairOf(disk.basename(folder), siblings);
  return (
    pair && bothModels(disk, disk.join(disk.dirname(folder), pair.image), disk.join(disk.dirname(folder), pair.text))
  );
}

/** The towers of which a file is one: the other has the same name but for the word that tells them apart, or lies in the sibling of its folder. */
export async function towersOf(disk: ModelFiles, file: string): Promise<Towers | undefined> {
  const folder = disk.dirname(file);
  const pair = pairOf(disk.basename(file), await namesIn(disk, folder));
  if (pair !== undefined) return { image: [disk.join(folder, pair.image)], text: [disk.join(folder, pair.text)] };
  const isInside = ['onnx', 'tfjs'].includes(disk.basename(folder));
  const beside = await towersBeside(disk, isInside ? disk.dirname(folder) : folder);
  if (beside === undefined) return undefined;
  if (isWithin(disk, file, beside.image[0], isInside)) return { image: [file], text: beside.text };
  return isWithin(disk, file, beside.text[0], isInside) ? { image: beside.image, text: [file] } : undefined;
}

function isWithin(disk: ModelFiles, file: string, other: string, isInside: boolean): boolean {
  const folder = isInside ? disk.dirname(disk.dirname(file)) : disk.dirname(file);
  return other.startsWith(disk.join(folder, '/'));
}

async function inFolders(disk: ModelFiles, folder: string, own: readonly string[]): Promise<Towers | undefined> {
  const plain = own.filter((name) => disk.extname(name) === '');
  for (const name of plain) {
    if (!imageWord.test(name)) continue;
    const pair = pairOf(name, plain);
    const towers = pair && (await bothModels(disk, disk.join(folder, pair.image), disk.join(folder, pair.text)));
    if (towers !== undefined) return towers;
  }
  return undefined;
}

async function amongFiles(disk: ModelFiles, folder: string, own?: readonly string[]): Promise<Towers | undefined> {
  const names = (own ?? (await namesIn(disk, folder))).filter((name) => /\.onnx$/i.test(name));
  const pairs = names.flatMap((name) => (imageWord.test(name) ? (pairOf(name, names) ?? []) : []));
  const [best] = pairs.toSorted((one, other) => rank(disk, one.image) - rank(disk, other.image));
  if (best === undefined) return undefined;
  // A half-precision or quantised pair is no better than the whole network beside it.
  if (rank(disk, best.image) > 0 && names.includes('model.onnx')) return undefined;
  return { image: [disk.join(folder, best.image)], text: [disk.join(folder, best.text)] };
}

/** Where the variant of a file stands in the order of what is taken. */
function rank(disk: ModelFiles, name: string): number {
  const stem = disk.basename(name, disk.extname(name)).toLowerCase();
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

async function bothModels(disk: ModelFiles, image: string, text: string): Promise<Towers | undefined> {
  const [ours, theirs] = [await modelsIn(disk, image), await modelsIn(disk, text)];
  return ours && theirs && { image: ours, text: theirs };
}

/** Undefined of what is no folder with one model. */
async function modelsIn(disk: ModelFiles, folder: string): Promise<readonly [string, ...string[]] | undefined> {
  try {
    const [first, ...others] = await findModelFiles(disk, folder);
    return [disk.join(folder, first), ...others.map((name) => disk.join(folder, name))];
  } catch (error) {
    if (error instanceof UnderstoryError) return undefined;
    throw error;
  }
}
