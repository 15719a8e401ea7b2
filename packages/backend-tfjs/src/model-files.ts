import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { append, errors as coreErrors, isDiagnosed, type ModelSource, firstLineOf } from '@understory/core';
import { errors } from './errors.ts';
import {
  bytesPerElement,
  checkDepth,
  checkGraph,
  checkLayers,
  checkManifest,
  checkNames,
  largestJson,
  largestWeights,
} from './model-schema.ts';

/** What the weightsManifest says of one weight. */
export interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string };
  /** What it belongs to, where that is not the network: the state of the optimizer that trained it. */
  readonly group?: string;
}

/** A model.json with its weights. */
export interface ModelFiles {
  readonly name: string;
  readonly format: 'layers-model' | 'graph-model';
  readonly json: ModelJson;
  readonly weights: readonly WeightEntry[];
  /** All shards, one after the other. */
  readonly weightData: ArrayBuffer;
  /** Over model.json and the shards in the manifest's order, in hexadecimal. */
  readonly sha256: string;
}

interface ModelJson {
  readonly format?: unknown;
  readonly modelTopology: Readonly<Record<string, unknown>>;
  readonly weightsManifest?: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly WeightEntry[];
  }[];
  readonly [key: string]: unknown;
}

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

function mentionsModel(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return ['"modelTopology"', '"weightsManifest"'].some((key) => text.includes(key));
}

/** Throws MODEL_NOT_READABLE, TFJS_NOT_JSON, TFJS_FORMAT_UNKNOWN, TFJS_MODEL_*, TFJS_SHARD_MISSING or TFJS_SHARD_SIZE. */
export async function readModelFiles(source: ModelSource): Promise<ModelFiles> {
  const path = source.kind === 'file' ? localPath(source.path) : 'model.json';
  const bytes = source.kind === 'file' ? await readOwn(path) : source.bytes;
  const json = parse(bytes, path);
  const format = formatOf(json, path);
  const hash = createHash('sha256').update(bytes);
  const groups = json.weightsManifest ?? [];
  const shards: Shard[] = [];
  // Nothing is read before the files are known to have what is declared.
  for (const group of groups) {
    const own = await Promise.all(group.paths.map(async (shard) => findShard(source, path, shard)));
    const found = own.reduce((sum, shard) => sum + shard.size, 0);
    const expected = bytesOf(group.weights);
    if (expected !== undefined && found !== expected) {
      throw errors.shardSize({ model: path, shards: group.paths, found, expected });
    }
    append(shards, own);
  }
  const total = shards.reduce((sum, shard) => sum + shard.size, 0);
  if (total > largestWeights) {
    throw errors.tooLarge({ model: path, what: 'weights', found: total, limit: largestWeights });
  }
  const whole = new Uint8Array(total);
  let at = 0;
  for (const shard of shards) {
    const part = await shard.read();
    if (part.byteLength !== shard.size) {
      throw errors.shardSize({ model: path, shards: [shard.name], found: part.byteLength, expected: shard.size });
    }
    hash.update(part);
    whole.set(part, at);
    at += part.byteLength;
  }
  return {
    name: path,
    format,
    json,
    weights: groups.flatMap((group) => group.weights),
    weightData: whole.buffer,
    sha256: hash.digest('hex'),
  };
}

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

function parse(bytes: Uint8Array, model: string): ModelJson {
  checkDepth(bytes, model);
  let json: unknown;
  try {
    // A byte order mark is passed over.
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw errors.notJson({ model, reason: firstLineOf(cause), cause });
  }
  const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
  const fields = (isObject ? json : {}) as Readonly<Record<string, unknown>>;
  checkNames(fields, model);
  const { modelTopology, weightsManifest } = fields;
  if (typeof modelTopology !== 'object' || modelTopology === null || Array.isArray(modelTopology)) {
    throw errors.unknownFormat({
      model,
      found: `no modelTopology among ${Object.keys(fields).join(', ') || 'nothing'}`,
    });
  }
  if (weightsManifest !== undefined) checkManifest(weightsManifest, model);
  return fields as ModelJson;
}

/** Files of before the format was written down are told by their topology. */
function formatOf(json: ModelJson, model: string): ModelFiles['format'] {
  const { format, modelTopology } = json;
  const nodes: readonly unknown[] = Array.isArray(modelTopology['node']) ? modelTopology['node'] : [];
  const isGraph = nodes.length > 0;
  const isLayers = 'model_config' in modelTopology || 'class_name' in modelTopology;
  if (format === 'graph-model' || (format === undefined && isGraph)) {
    if (!isGraph) throw errors.unknownFormat({ model, found: 'a graph-model whose modelTopology lists no nodes' });
    checkGraph(json, model);
    return 'graph-model';
  }
  if (format === 'layers-model' || (format === undefined && isLayers)) {
    if (!isLayers) throw errors.unknownFormat({ model, found: 'a layers-model whose modelTopology has no layers' });
    checkLayers(heldLayers(modelTopology, model), model);
    return 'layers-model';
  }
  const shown =
    format === undefined ? 'no format, and a topology of neither kind' : JSON.stringify(format).slice(0, 80);
  throw errors.unknownFormat({ model, found: `the format ${shown}` });
}

/** The configuration that holds a model's layers, which some files have as a text of its own. */
function heldLayers(topology: ModelJson['modelTopology'], model: string): unknown {
  const held = topology['model_config'] ?? topology;
  if (typeof held !== 'string') return held;
  checkDepth(new TextEncoder().encode(held), model);
  try {
    const json: unknown = JSON.parse(held);
    checkNames(json, model);
    return json;
  } catch (cause) {
    if (isDiagnosed(cause)) throw cause;
    throw errors.notJson({ model, reason: `its model_config: ${firstLineOf(cause)}`, cause });
  }
}

/** A file of weights that is there, of a size that is known. */
interface Shard {
  readonly name: string;
  readonly size: number;
  readonly read: () => Promise<Uint8Array>;
}

async function findShard(source: ModelSource, model: string, shard: string): Promise<Shard> {
  const normal = normalize(shard);
  // A model must not be able to name any file of the machine as its weights.
  if (isOutside(normal)) throw errors.shardOutside({ model, shard });
  if (source.kind === 'bytes') {
    const bytes = Object.entries(source.externalData ?? {}).find(([name]) => normalize(name) === normal)?.[1];
    if (bytes) return { name: shard, size: bytes.byteLength, read: async () => bytes };
    throw errors.shardMissing({ model, shard, reason: 'no such file was given' });
  }
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

/** Undefined where a weight's length is only known from its data. */
function bytesOf(weights: readonly WeightEntry[]): number | undefined {
  let total = 0;
  for (const { shape, dtype, quantization } of weights) {
    const size = bytesPerElement[quantization?.dtype ?? dtype];
    if (size === undefined) return undefined;
    total += size * shape.reduce((count, dim) => count * dim, 1);
  }
  return total;
}
