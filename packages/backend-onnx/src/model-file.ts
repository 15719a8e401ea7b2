import { createHash } from 'node:crypto';
import { closeSync, createReadStream, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { errors } from '@understory/core';
import { parseModel, skeletonOf, type Graph } from '@understory/onnx-autodiff';
import { errors as ownErrors } from './errors.ts';

/** A model file whose weights stay on disk: sessions map them into memory, and only what is asked for is read. */
export interface ModelFile {
  readonly graph: Graph;
  /** SHA-256 of the file in hexadecimal. */
  readonly sha256: string;
  /** Where the relative paths of weights begin. */
  readonly folder: string;
}

/** Throws MODEL_NOT_READABLE, MODEL_WEIGHTS_MISSING and what `parseModel` throws. */
export async function openModelFile(path: string): Promise<ModelFile> {
  const folder = dirname(path);
  try {
    const graph = parse(path).with({
      readExternal: (location, offset, length) => readPart(join(folder, location), offset, length),
    });
    for (const location of graph.externalFiles) checkInside(location, path);
    const missing = [...graph.externalFiles].filter((location) => !existsSync(join(folder, location)));
    if (missing.length > 0) throw ownErrors.weightsMissing(path, missing);
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    return { graph, sha256: hash.digest('hex'), folder };
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    throw errors.modelNotReadable({ model: path, reason: cause.message, cause });
  }
}

function parse(path: string): Graph {
  const file = openSync(path, 'r');
  let skeleton: Uint8Array | undefined;
  try {
    const read = (offset: number, length: number) => readAt(file, offset, length);
    skeleton = skeletonOf(read, fstatSync(file).size, basename(path));
  } finally {
    closeSync(file);
  }
  // What is no model at all is looked at as a whole, so that the error can say what it is.
  return parseModel(skeleton ?? readFileSync(path));
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
  if (normal.startsWith('..') || normal.startsWith('/')) {
    throw errors.modelNotReadable({
      model: path,
      reason: `its weights are said to lie outside its folder, in "${location}"`,
    });
  }
}

function isSystemError(error: unknown): error is Error {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}
