import { append } from '@understory/core';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileLimits, readRegularFile, readTextFile } from '@understory/imaging/files';
import { datasetErrors, reasonOf } from './errors.ts';

/** Formats that are not decoded count too: such a picture is an item that cannot be read, not one that was never there. */
const picture = /\.(jpe?g|png|webp|gif|bmp|tiff?|avif|heic|ppm|npy)$/i;

export function isPicture(name: string): boolean {
  return picture.test(name);
}

/** What lies at a path, links followed, or undefined where nothing does. */
export async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch {
    return undefined;
  }
}

export interface Listing {
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** Those of the folders that are links. */
  readonly linked: readonly string[];
}

/** The names in a folder in the order of their code units, hidden ones left out; links to folders are folders. */
export async function list(folder: string): Promise<Listing> {
  const files: string[] = [];
  const folders: string[] = [];
  const links: string[] = [];
  for (const entry of await entriesOf(folder)) {
    if (entry.name.startsWith('.')) continue;
    const linked = entry.isSymbolicLink() && (await kindOf(join(folder, entry.name))) === 'folder';
    (entry.isDirectory() || linked ? folders : files).push(entry.name);
    if (linked) links.push(entry.name);
  }
  return { files: files.sort(), folders: folders.sort(), linked: links.sort() };
}

/**
 * Every file under a folder by its path relative to it, with forward slashes, a folder's own files first.
 * Links to folders are followed after all others, each real folder once and none that `folder` lies in, so that links that lead round come to an end.
 */
export async function* walk(folder: string): AsyncIterable<string> {
  const visited = new Set<string>();
  const links: string[] = [''];
  for (const link of links) {
    if (link === '' || !(await leadsBack(folder, join(folder, link))))
      yield* walkFrom(folder, link, { visited, links });
  }
}

/** Whether a link leads to a folder that the one with the link lies in. */
async function leadsBack(folder: string, link: string): Promise<boolean> {
  const [from, to] = await Promise.all([folder, link].map((path) => realpath(path).catch(() => path)));
  return `${from}${sep}`.startsWith(`${to}${sep}`);
}

async function* walkFrom(
  root: string,
  from: string,
  { visited, links }: { readonly visited: Set<string>; readonly links: string[] },
): AsyncIterable<string> {
  const folders = [from];
  for (let prefix = folders.pop(); prefix !== undefined; prefix = folders.pop()) {
    const folder = join(root, prefix);
    const real = await realpath(folder).catch(() => folder);
    if (visited.has(real)) continue;
    visited.add(real);
    const entries = await list(folder);
    for (const file of entries.files) yield `${prefix}${file}`;
    append(
      links,
      entries.linked.map((name) => `${prefix}${name}/`),
    );
    const own = entries.folders.filter((name) => !entries.linked.includes(name));
    for (const name of own.reverse()) folders.push(`${prefix}${name}/`);
  }
}

/** The bytes of an item that is a file of its own; `id` is its path relative to `root`. Rejects with DATASET_IMAGE_NOT_READABLE. */
export async function readPicture(root: string, id: string): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readRegularFile(join(root, id), fileLimits.image);
  } catch (cause) {
    throw datasetErrors.imageNotReadable({ id, reason: reasonOf(cause), cause });
  }
  if (bytes.length === 0) throw datasetErrors.imageNotReadable({ id, reason: '0 bytes' });
  return bytes;
}

/** A text file of a data set without the mark that it may begin with, of at most `maxBytes`; throws DATASET_NOT_READABLE. */
export async function readText(path: string, maxBytes?: number): Promise<string> {
  try {
    return await readTextFile(path, maxBytes);
  } catch (cause) {
    throw datasetErrors.notReadable({ path, reason: reasonOf(cause), cause });
  }
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    throw datasetErrors.notReadable({ path: folder, reason: reasonOf(cause), cause });
  }
}
