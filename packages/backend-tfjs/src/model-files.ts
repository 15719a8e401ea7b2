import { append, isDiagnosed, type ModelSource, firstLineOf } from '@understory/core';
import { errors } from './errors.ts';
import {
  bytesPerElement,
  checkDepth,
  checkGraph,
  checkLayers,
  checkManifest,
  checkNames,
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

/** A file of weights that is there, of a size that is known. */
export interface Shard {
  readonly name: string;
  readonly size: number;
  readonly read: () => Promise<Uint8Array>;
}

/** Where a model.json lies, with its weights beside it. */
export interface ModelPlace {
  /** How messages call the model.json. */
  readonly name: string;
  /** Throws MODEL_NOT_READABLE or TFJS_MODEL_TOO_LARGE. */
  json(): Promise<Uint8Array>;
  /** A file of weights by its path beside the model.json; throws TFJS_SHARD_MISSING or TFJS_SHARD_OUTSIDE. */
  shard(path: string): Promise<Shard>;
}

/** Computes the SHA-256 of parts that follow each other, in hexadecimal. */
export type Digest = (parts: readonly Uint8Array[]) => Promise<string>;

/** Whether a text that begins like JSON has what every model.json has. */
export function mentionsModel(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes);
  return ['"modelTopology"', '"weightsManifest"'].some((key) => text.includes(key));
}

/** A model.json and its weights in memory, which may lie in folders of it. */
export function placeInMemory({ bytes, externalData = {} }: Extract<ModelSource, { kind: 'bytes' }>): ModelPlace {
  const name = 'model.json';
  return {
    name,
    json: async () => bytes,
    async shard(shard) {
      const place = withinFolder(shard);
      if (place === undefined) throw errors.shardOutside({ model: name, shard });
      const found = Object.entries(externalData).find(([path]) => withinFolder(path) === place)?.[1];
      if (found === undefined) throw errors.shardMissing({ model: name, shard, reason: 'no such file was given' });
      return { name: shard, size: found.byteLength, read: async () => found };
    },
  };
}

/** A path in a folder, without the steps that lead nowhere; undefined where it leads out. */
export function withinFolder(path: string): string | undefined {
  if (/^([a-z]:)?[\\/]/i.test(path)) return undefined;
  const parts: string[] = [];
  for (const part of path.split(/[\\/]/)) {
    if (part === '..' && parts.pop() === undefined) return undefined;
    if (part !== '..' && part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

/** Throws MODEL_NOT_READABLE, TFJS_NOT_JSON, TFJS_FORMAT_UNKNOWN, TFJS_MODEL_*, TFJS_SHARD_MISSING or TFJS_SHARD_SIZE. */
export async function readModelFiles(place: ModelPlace, digest: Digest): Promise<ModelFiles> {
  const path = place.name;
  const bytes = await place.json();
  const json = parse(bytes, path);
  const format = formatOf(json, path);
  const groups = json.weightsManifest ?? [];
  const shards: Shard[] = [];
  // Nothing is read before the files are known to have what is declared.
  for (const group of groups) {
    const own = await Promise.all(group.paths.map((shard) => place.shard(shard)));
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
    whole.set(part, at);
    at += part.byteLength;
  }
  return {
    name: path,
    format,
    json,
    weights: groups.flatMap((group) => group.weights),
    weightData: whole.buffer,
    sha256: await digest([bytes, whole]),
  };
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
