import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { isDiagnosed, redrawn, type ModelSource } from '@understory/core';
import { DifferentiableGraph, parseModel, redrawWeights, type Graph } from '@understory/onnx-autodiff';
import { openModelFile } from '@understory/onnx-autodiff/model-file';
import { errors, firstLine } from '../errors.ts';
import { largestWeights } from '../model-schema.ts';
import { OnnxNetwork } from './onnx-network.ts';

/** An ONNX file as it was read. */
export interface OnnxFile {
  /** How messages call it. */
  readonly name: string;
  readonly graph: Graph;
  /** SHA-256 of the file in hexadecimal. */
  readonly sha256: string;
}

/** Throws MODEL_NOT_READABLE, MODEL_WEIGHTS_MISSING, ONNX_* and TFJS_MODEL_TOO_LARGE. */
export async function readOnnxFile(source: ModelSource): Promise<OnnxFile> {
  if (source.kind === 'file') {
    const { graph, sha256 } = await openModelFile(source.path);
    checkWeights(graph, source.path);
    return { name: basename(source.path), graph: graph.embedded(), sha256 };
  }
  const name = 'model.onnx';
  const parsed = parseModel(source.bytes);
  checkWeights(parsed, name);
  const graph = parsed.externalFiles.length === 0 ? parsed : parsed.withExternalData(source.externalData ?? {});
  return { name, graph, sha256: createHash('sha256').update(source.bytes).digest('hex') };
}

/** Weights may share their bytes in a file, and none are shared once they are read. */
function checkWeights(graph: Graph, model: string): void {
  const found = graph.externalTensors.reduce((sum, { bytes }) => sum + (Math.max(0, bytes) || 0), 0);
  if (found > largestWeights) throw errors.tooLarge({ model, what: 'weights', found, limit: largestWeights });
}

/** A network that TensorFlow.js computes; made on the engine that is current. Throws ONNX_*, OPERATOR_UNSUPPORTED, and MODEL_NOT_RUNNABLE or RUN_FAILED for sizes that cannot be. */
export function openOnnxNetwork({ graph, name }: OnnxFile): OnnxNetwork {
  try {
    return new OnnxNetwork(graph, name);
  } catch (error) {
    throw isDiagnosed(error) ? error : errors.notLoadable({ model: name, reason: firstLine(error), cause: error });
  }
}

/** The same file with the weights of some layers re-initialised. */
export function redrawnFile(file: OnnxFile, layers: readonly string[], seed: number): OnnxFile {
  const { graph: raised } = new DifferentiableGraph(file.graph);
  const graph = redrawWeights(raised, layers, (values) => redrawn(values, seed));
  return { ...file, graph, sha256: createHash('sha256').update(graph.encode()).digest('hex') };
}
