import { closeSync, existsSync, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, normalize, relative } from 'node:path';
import { errors } from './errors.ts';
import { fileDigest } from './file-digest.ts';
import { parseModel, type Graph } from './graph.ts';
import { skeletonOf } from './skeleton.ts';

/** A model file whose weights stay on disk: sessions map them into memory, and only what is asked for is read. */
export interface ModelFile {
  readonly graph: Graph;
  /** SHA-256 of the file in hexadecimal, which takes long for a large one; rejects with MODEL_NOT_READABLE. */
  readonly sha256: Promise<string>;
  /** Where the relative paths of weights begin. */
  readonly folder: string;
}

/** What is no model is looked at so far to say what it is. */
const head = 64 * 1024 * 1024;

/**
 * Symbolic links are followed: the folder of the model is the one where the file itself lies, and weights must lie in it.
 * Throws MODEL_NOT_READABLE, MODEL_WEIGHTS_MISSING and ONNX_*.
 */
export async function openModelFile(path: string): Promise<ModelFile> {
  try {
    const real = realpathSync(path);
    const folder = dirname(real);
    const parsed = parse(path, real);
    const moved = placesOf(parsed, path, real);
    const graph = parsed.withLocations(moved).with({
      readExternal: (location, offset, length) => readPart(join(folder, location), offset, length),
    });
    return { graph, sha256: digestOf(real, path), folder };
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    throw errors.notReadable({ model: path, reason: cause.message, cause });
  }
}

/** Begun at once, beside what the caller does next; where that fails, nobody waits for it. */
function digestOf(real: string, path: string): Promise<string> {
  const digest = fileDigest(real).catch((cause: unknown) => {
    throw isSystemError(cause) ? errors.notReadable({ model: path, reason: cause.message, cause }) : cause;
  });
  digest.catch(() => undefined);
  return digest;
}

function parse(path: string, real: string): Graph {
  // Opening a pipe waits for its other end.
  if (!statSync(real).isFile()) throw errors.notReadable({ model: path, reason: 'it is not a file' });
  const file = openSync(real, 'r');
  try {
    const { size } = fstatSync(file);
    const read = (offset: number, length: number) => readAt(file, offset, length);
    return parseModel(skeletonOf(read, size, basename(real)) ?? read(0, Math.min(size, head)));
  } finally {
    closeSync(file);
  }
}

/** Where the weights of a model lie under another path than it says, seen from its folder; throws where one is not in that folder or is too short. */
function placesOf(graph: Graph, path: string, real: string): ReadonlyMap<string, string> {
  const ends = new Map<string, number>();
  for (const { name, location, end } of graph.externalTensors) {
    if (!Number.isSafeInteger(end) || end < 0) {
      throw errors.notReadable({
        model: path,
        reason: `the weight "${name}" is said to lie at no place of a file`,
      });
    }
    ends.set(location, Math.max(ends.get(location) ?? 0, end));
  }
  const moved = new Map<string, string>();
  const missing: string[] = [];
  for (const [location, end] of ends) {
    checkInside(location, path);
    // Beside the link, as caches of downloads lay their links out, or beside the file that it leads to.
    const found = [dirname(path), dirname(real)]
      .map((folder) => join(folder, location))
      .find((each) => existsSync(each));
    if (found === undefined) {
      missing.push(location);
      continue;
    }
    const place = realpathSync(found);
    const within = relative(dirname(real), place);
    if (within.startsWith('..') || isAbsolute(within)) throw outside(location, path);
    const { size, isRegular } = sizeOf(place);
    if (!isRegular) throw errors.notReadable({ model: path, reason: `its weights "${location}" are not a file` });
    if (end > size) {
      const reason = `its weights end at byte ${end} of "${location}", which has ${size} bytes`;
      throw errors.notReadable({ model: path, reason });
    }
    if (within !== normalize(location)) moved.set(location, within);
  }
  if (missing.length > 0) throw errors.weightsMissing(path, missing);
  return moved;
}

function sizeOf(path: string): { readonly size: number; readonly isRegular: boolean } {
  const found = statSync(path);
  return { size: found.size, isRegular: found.isFile() };
}

function readPart(path: string, offset: number, length: number): Uint8Array | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    return readAt(file, offset, length);
  } finally {
    closeSync(file);
  }
}

/** Fewer bytes than asked for where the file ends. */
function readAt(file: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(file, bytes, filled, length - filled, offset + filled);
    if (count === 0) return bytes.subarray(0, filled);
    filled += count;
  }
  return bytes;
}

/** A model must not be able to name any file of the machine as its weights. */
function checkInside(location: string, path: string): void {
  const normal = normalize(location);
  if (location === '' || location.includes('\0') || normal.startsWith('..') || isAbsolute(normal))
    throw outside(location, path);
}

function outside(location: string, path: string): Error {
  return errors.notReadable({
    model: path,
    reason: `its weights are said to lie outside its folder, in "${location}"`,
  });
}

function isSystemError(error: unknown): error is Error {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}
