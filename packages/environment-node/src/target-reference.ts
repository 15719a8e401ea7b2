import { isDiagnosed, reasonOf, systemCode } from '@understory/core';
import { environmentErrors } from './errors.ts';
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { mapLabels, openDataset } from '@understory/datasets';
import { decodeImage } from '@understory/imaging/sharp';
import { fileLimits, readRegularFile } from '@understory/imaging/files';
import { studyErrors, type TargetReference, type TargetReferenceRequest } from '@understory/studies';
import { findImages } from './find-images.ts';

/** Where samples of classes lie beside a checkout; `UNDERSTORY_SHARED` names another place than `../shared`. */
const sharedSamples = join('data', 'imagenet-sample');

/**
 * The image that a path names: itself, or of a folder of class samples the first of the target class. Such a folder is a data set
 * with labels, or holds images whose names end in the class's name or index, such as `n01687978_agama.jpg`.
 * Without a path the shared samples are looked at, where there are some. Throws TARGET_IMAGE_MISSING, which says what was looked for.
 */
export async function findTargetReference(
  { path, target, labels, masks }: TargetReferenceRequest,
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<TargetReference> {
  const asked = path ?? join(env['UNDERSTORY_SHARED'] ?? join('..', 'shared'), sharedSamples);
  const folder = resolve(cwd, asked);
  const found = await stat(folder).catch((cause: unknown) => {
    if (path === undefined || systemCode(cause) === 'ENOENT') return undefined;
    throw environmentErrors.fileNotReadable({ path, reason: reasonOf(cause), cause });
  });
  const missing = (what: string) =>
    studyErrors.targetImageMissing({ masks, target, found: what, lookedFor: wordsOf(target, labels) });
  if (found === undefined) {
    throw missing(path === undefined ? 'no path to one, and no samples of classes' : `nothing at "${path}"`);
  }
  if (!found.isDirectory()) return readReference(folder, asked);
  const sample = (await fromDataset(folder, target, labels)) ?? (await fromNames(folder, target, labels));
  if (sample === undefined) throw missing(`no such image in "${asked}"`);
  return sample;
}

async function readReference(path: string, name: string): Promise<TargetReference> {
  try {
    return await referenceOf(await readRegularFile(path, fileLimits.image), name);
  } catch (cause) {
    if (isDiagnosed(cause)) throw cause;
    throw environmentErrors.fileNotReadable({ path: name, reason: reasonOf(cause), cause });
  }
}

async function referenceOf(bytes: Uint8Array, name: string): Promise<TargetReference> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { image: await decodeImage(bytes, name), record: { name: basename(name), sha256 } };
}

/** Undefined where the folder is no data set with labels, and where it has no image of the class. */
async function fromDataset(
  folder: string,
  target: TargetReferenceRequest['target'],
  labels: readonly string[] | undefined,
) {
  try {
    const dataset = await openDataset({ format: 'folder', path: folder });
    const map = mapLabels({ name: dataset.name, classes: undefined }, labels);
    for await (const item of dataset.items()) {
      if (classOf(map, item.label) === target.index) return await referenceOf(await item.read(), item.id);
    }
  } catch (error) {
    if (!isDiagnosed(error) || !error.code.startsWith('DATASET_')) throw error;
  }
  return undefined;
}

/** A sample of a class that the model lacks is none of the target. */
function classOf(map: ReturnType<typeof mapLabels>, label: string | undefined): number | undefined {
  try {
    return map.indexOf(label);
  } catch (error) {
    if (isDiagnosed(error)) return undefined;
    throw error;
  }
}

async function fromNames(
  folder: string,
  target: TargetReferenceRequest['target'],
  labels: readonly string[] | undefined,
) {
  const words = wordsOf(target, labels).map(plain);
  const { images } = await findImages([folder], folder);
  const image = images.find(({ path }) => {
    const name = plain(basename(path, extname(path)));
    return words.some((word) => name === word || name.endsWith(` ${word}`) || Number(name) === Number(word));
  });
  return image === undefined ? undefined : readReference(image.path, image.path);
}

/** What an image of a class may be called: each synonym of its label, and its index. */
function wordsOf(
  { index }: TargetReferenceRequest['target'],
  labels: readonly string[] | undefined,
): readonly string[] {
  const synonyms = labels?.[index]?.split(',').map((word) => word.trim()) ?? [];
  return [...synonyms.filter((word) => word !== ''), String(index)];
}

function plain(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ');
}
