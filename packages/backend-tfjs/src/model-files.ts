import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { append, errors as coreErrors, type ModelSource } from '@understory/core';
import { errors, firstLine } from './errors.ts';

/** What the weightsManifest says of one weight. */
export interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string };
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

export interface ModelJson {
  readonly format?: unknown;
  readonly modelTopology: Readonly<Record<string, unknown>>;
  readonly weightsManifest?: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly WeightEntry[];
  }[];
  readonly [key: string]: unknown;
}

/** The path of the model.json that a source names, as a file, a file:// URL, or the folder that holds it. */
export function pathOf(path: string): string {
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
    const bytes = readFileSync(path);
    // A model.json that is broken shall be told so, rather than that nobody reads it.
    return mentionsModel(bytes) || /(^|[\\/])model\.json$/i.test(path);
  } catch {
    return false;
  }
}

function mentionsModel(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return ['"modelTopology"', '"weightsManifest"'].some((key) => text.includes(key));
}

/** Throws MODEL_NOT_READABLE, TFJS_NOT_JSON, TFJS_FORMAT_UNKNOWN, TFJS_SHARD_MISSING or TFJS_SHARD_SIZE. */
export async function readModelFiles(source: ModelSource): Promise<ModelFiles> {
  const path = source.kind === 'file' ? localPath(source.path) : 'model.json';
  const bytes = source.kind === 'file' ? await readOwn(path) : source.bytes;
  const json = parse(bytes, path);
  const hash = createHash('sha256').update(bytes);
  const weights: WeightEntry[] = [];
  const parts: Uint8Array[] = [];
  for (const group of json.weightsManifest ?? []) {
    const shards = await Promise.all(group.paths.map(async (shard) => readShard(source, path, shard)));
    const found = shards.reduce((sum, shard) => sum + shard.byteLength, 0);
    const expected = bytesOf(group.weights);
    if (expected !== undefined && found !== expected) {
      throw errors.shardSize({ model: path, shards: group.paths, found, expected });
    }
    for (const shard of shards) {
      hash.update(shard);
      parts.push(shard);
    }
    append(weights, group.weights);
  }
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return {
    name: path,
    format: formatOf(json, path),
    json,
    weights,
    weightData: whole.buffer,
    sha256: hash.digest('hex'),
  };
}

function localPath(path: string): string {
  try {
    return pathOf(path);
  } catch (cause) {
    throw coreErrors.modelNotReadable({ model: path, reason: firstLine(cause), cause });
  }
}

async function readOwn(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw coreErrors.modelNotReadable({ model: path, reason: firstLine(cause), cause });
  }
}

function parse(bytes: Uint8Array, model: string): ModelJson {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw errors.notJson({ model, reason: firstLine(cause), cause });
  }
  const fields = (typeof json === 'object' && json !== null ? json : {}) as Readonly<Record<string, unknown>>;
  const { modelTopology, weightsManifest } = fields;
  if (typeof modelTopology !== 'object' || modelTopology === null || Array.isArray(modelTopology)) {
    throw errors.unknownFormat({
      model,
      found: `no modelTopology among ${Object.keys(fields).join(', ') || 'nothing'}`,
    });
  }
  if (weightsManifest !== undefined && !isManifest(weightsManifest)) {
    throw errors.unknownFormat({ model, found: 'a weightsManifest that is no list of paths and weights' });
  }
  return fields as ModelJson;
}

function isManifest(value: unknown): boolean {
  const isGroup = (group: { paths?: unknown; weights?: unknown } | null) =>
    Array.isArray(group?.paths) &&
    group.paths.every((path) => typeof path === 'string') &&
    Array.isArray(group.weights) &&
    group.weights.every((weight: Partial<WeightEntry> | null) => Array.isArray(weight?.shape) && weight.dtype);
  return Array.isArray(value) && value.every(isGroup);
}

function isNode(value: unknown): boolean {
  const { name, op, input = [] } = Object(value) as Readonly<Record<string, unknown>>;
  const isText = (part: unknown) => typeof part === 'string';
  return isText(name) && isText(op) && Array.isArray(input) && input.every(isText);
}

/** Files of before the format was written down are told by their topology. */
function formatOf({ format, modelTopology }: ModelJson, model: string): ModelFiles['format'] {
  const nodes: readonly unknown[] = Array.isArray(modelTopology['node']) ? modelTopology['node'] : [];
  const isGraph = nodes.length > 0;
  if (!nodes.every(isNode)) {
    throw errors.unknownFormat({
      model,
      found: 'a node without the texts name and op, or with inputs that are no texts',
    });
  }
  const isLayers = 'model_config' in modelTopology || 'class_name' in modelTopology;
  if (format === 'graph-model' || (format === undefined && isGraph)) {
    if (isGraph) return 'graph-model';
    throw errors.unknownFormat({ model, found: 'a graph-model whose modelTopology lists no nodes' });
  }
  if (format === 'layers-model' || (format === undefined && isLayers)) {
    if (isLayers) return 'layers-model';
    throw errors.unknownFormat({ model, found: 'a layers-model whose modelTopology has no layers' });
  }
  const shown = format === undefined ? 'no format, and a topology of neither kind' : JSON.stringify(format);
  throw errors.unknownFormat({ model, found: `the format ${shown}` });
}

async function readShard(source: ModelSource, model: string, shard: string): Promise<Uint8Array> {
  const normal = normalize(shard);
  // A model must not be able to name any file of the machine as its weights.
  if (normal.startsWith('..') || normal.startsWith('/')) throw errors.shardOutside({ model, shard });
  if (source.kind === 'bytes') {
    const bytes = Object.entries(source.externalData ?? {}).find(([name]) => normalize(name) === normal)?.[1];
    if (bytes) return bytes;
    throw errors.shardMissing({ model, shard, reason: 'no such file was given' });
  }
  try {
    return await readFile(join(dirname(model), shard));
  } catch (cause) {
    throw errors.shardMissing({ model, shard, reason: firstLine(cause), cause });
  }
}

/** Of what a weightsManifest calls dtype; a string's length is only known from its data. */
export const bytesPerElement: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  uint16: 2,
  float16: 2,
  uint8: 1,
  bool: 1,
  complex64: 8,
};

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
