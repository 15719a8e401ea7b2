import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { datasetErrors, reasonOf } from './errors.ts';

/** Formats that are not decoded count too: such a picture is an item that cannot be read, not one that was never there. */
const picture = /\.(jpe?g|png|webp|gif|bmp|tiff?|avif|heic|ppm)$/i;

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
}

/** The names in a folder in the order of their code units, hidden ones left out; links to folders are folders if `follow` says so. */
export async function list(folder: string, { follow = true } = {}): Promise<Listing> {
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of await entriesOf(folder)) {
    if (entry.name.startsWith('.')) continue;
    const linked = entry.isSymbolicLink() && (await kindOf(join(folder, entry.name))) === 'folder';
    if (entry.isDirectory() || (linked && follow)) folders.push(entry.name);
    else if (!linked) files.push(entry.name);
  }
  return { files: files.sort(), folders: folders.sort() };
}

/** Every file under a folder by its path relative to it, with forward slashes, a folder's own files first; links to folders are not followed. */
export async function* walk(folder: string): AsyncIterable<string> {
  const { files, folders } = await list(folder, { follow: false });
  yield* files;
  for (const inner of folders) {
    for await (const file of walk(join(folder, inner))) yield `${inner}/${file}`;
  }
}

/** The bytes of an item that is a file of its own; `id` is its path relative to `root`. Rejects with DATASET_IMAGE_NOT_READABLE. */
export async function readPicture(root: string, id: string): Promise<Uint8Array> {
  let bytes: Buffer;
  try {
    bytes = await readFile(join(root, id));
  } catch (cause) {
    throw datasetErrors.imageNotReadable({ id, reason: reasonOf(cause), cause });
  }
  if (bytes.length === 0) throw datasetErrors.imageNotReadable({ id, reason: '0 bytes' });
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** A text file of a data set; throws DATASET_NOT_READABLE. */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
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
