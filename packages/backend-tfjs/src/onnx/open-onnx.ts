import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, normalize } from 'node:path';
import { errors as coreErrors, isDiagnosed, redrawn, type ModelSource } from '@understory/core';
import { DifferentiableGraph, parseModel, redrawWeights, type Graph } from '@understory/onnx-autodiff';
import { errors, firstLine } from '../errors.ts';
import { OnnxNetwork } from './onnx-network.ts';

/** An ONNX file as it was read. */
export interface OnnxFile {
  /** How messages call it. */
  readonly name: string;
  readonly graph: Graph;
  /** SHA-256 of the file in hexadecimal. */
  readonly sha256: string;
}

/** Throws MODEL_NOT_READABLE and ONNX_*. */
export async function readOnnxFile(source: ModelSource): Promise<OnnxFile> {
  const path = source.kind === 'file' ? source.path : 'model.onnx';
  const bytes = source.kind === 'file' ? await readOwn(path) : source.bytes;
  const parsed = parseModel(bytes);
  const files =
    source.kind === 'file'
      ? Object.fromEntries(parsed.externalFiles.map((location) => [location, readBeside(path, location)]))
      : (source.externalData ?? {});
  const graph = parsed.externalFiles.length === 0 ? parsed : parsed.withExternalData(files);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { name: basename(path), graph, sha256 };
}

/** A network that TensorFlow.js computes; made on the engine that is current. Throws ONNX_*, OPERATOR_UNSUPPORTED, and MODEL_NOT_RUNNABLE or RUN_FAILED for sizes that cannot be. */
export function openOnnxNetwork({ graph, name }: OnnxFile): OnnxNetwork {
  try {
    return new OnnxNetwork(graph, name);
  } catch (error) {
    throw isDiagnosed(error) ? error : errors.notLoadable({ model: name, reason: firstLine(error), cause: error });
  }
}

/** The same file with the weights of some layers drawn anew. */
export function redrawnFile(file: OnnxFile, layers: readonly string[], seed: number): OnnxFile {
  const { graph: raised } = new DifferentiableGraph(file.graph);
  const graph = redrawWeights(raised, layers, (values) => redrawn(values, seed));
  return { ...file, graph, sha256: createHash('sha256').update(graph.encode()).digest('hex') };
}

async function readOwn(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw coreErrors.modelNotReadable({ model: path, reason: firstLine(cause), cause });
  }
}

function readBeside(path: string, location: string): Uint8Array {
  const normal = normalize(location);
  // A model must not be able to name any file of the machine as its weights.
  if (normal.startsWith('..') || normal.startsWith('/')) {
    const reason = `its weights are said to lie outside its folder, in "${location}"`;
    throw coreErrors.modelNotReadable({ model: path, reason });
  }
  try {
    return readFileSync(join(dirname(path), location));
  } catch (cause) {
    throw coreErrors.modelNotReadable({ model: path, reason: `its weights "${location}": ${firstLine(cause)}`, cause });
  }
}
