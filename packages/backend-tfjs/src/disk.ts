import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errors as coreErrors, isDiagnosed, type ModelSource, firstLineOf } from '@understory/core';
import { errors } from './errors.ts';
import { mentionsModel, placeInMemory, type Digest, type ModelPlace, type Shard } from './model-files.ts';
import { largestJson } from './model-schema.ts';

/** The path of the model.json that a source names, as a file, a file:// URL, or the folder that holds it. */
function pathOf(path: string): string {
  const plain = path.startsWith('file:') ? fileURLToPath(path) : path;
  try {
    return statSync(plain).isDirectory() ? join(plain, 'model.json') : plain;
  } catch {
    return plain;
  }
}

/** Whether a source is a TensorFlow.js model, judged by what is in it. */
export function looksLikeModel(source: ModelSource): boolean {
  try {
    if (source.kind === 'bytes') return source.bytes[0] === 0x7b && mentionsModel(source.bytes);
    const path = pathOf(source.path);
    if (!/\.json$/i.test(path)) return false;
    // A model.json that is broken must be told so, rather than that nobody reads it; a pipe would be waited for.
    if (/(^|[\\/])model\.json$/i.test(path)) return existsSync(path);
    const found = statSync(path);
    return found.isFile() && found.size <= largestJson && mentionsModel(readFileSync(path));
  } catch {
    return false;
  }
}

/** Where the model.json of a source lies; throws MODEL_NOT_READABLE for a file:// URL that names no file. */
export function placeOf(source: ModelSource): ModelPlace {
  if (source.kind === 'bytes') return placeInMemory(source);
  const name = localPath(source.path);
  return { name, json: () => readOwn(name), shard: (shard) => findShard(name, shard) };
}

export const digest: Digest = async (parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

function localPath(path: string): string {
  try {
    return pathOf(path);
  } catch (cause) {
    throw coreErrors.modelNotReadable({ model: path, reason: firstLineOf(cause), cause });
  }
}

async function readOwn(path: string): Promise<Uint8Array> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new Error('it is no file');
    if (found.size > largestJson) {
      throw errors.tooLarge({ model: path, what: 'a model.json', found: found.size, limit: largestJson });
    }
    return await readFile(path);
  } catch (cause) {
    if (isDiagnosed(cause)) throw cause;
    throw coreErrors.modelNotReadable({ model: path, reason: firstLineOf(cause), cause });
  }
}

async function findShard(model: string, shard: string): Promise<Shard> {
  // A model must not be able to name any file of the machine as its weights.
  if (isOutside(normalize(shard))) throw errors.shardOutside({ model, shard });
  try {
    const path = await realpath(join(dirname(model), shard));
    // Caches of downloads keep all files of a model in one folder and link to them: both folders are the model's.
    const folders = [await realpath(dirname(model)), dirname(await realpath(model))];
    if (folders.every((folder) => isOutside(relative(folder, path)))) throw errors.shardOutside({ model, shard });
    const found = await stat(path);
    if (!found.isFile()) throw errors.shardMissing({ model, shard, reason: 'it is no file' });
    return { name: shard, size: found.size, read: async () => readFile(path) };
  } catch (cause) {
    if (isDiagnosed(cause)) throw cause;
    throw errors.shardMissing({ model, shard, reason: firstLineOf(cause), cause });
  }
}

function isOutside(path: string): boolean {
  return path === '..' || /^\.\.[\\/]/.test(path) || isAbsolute(path);
}
