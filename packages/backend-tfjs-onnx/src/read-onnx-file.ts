import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { errors, largestWeights, type OnnxFile } from '@understory/backend-tfjs/engine';
import { isDiagnosed, redrawn, type ModelSource, firstLineOf } from '@understory/core';
import { DifferentiableGraph, parseModel, redrawWeights, type Graph } from '@understory/onnx-autodiff';
import { openModelFile } from '@understory/onnx-autodiff/model-file';
import { OnnxNetwork } from './onnx-network.ts';

/** Throws MODEL_NOT_READABLE, MODEL_WEIGHTS_MISSING, ONNX_* and TFJS_MODEL_TOO_LARGE. */
export async function readOnnxFile(source: ModelSource): Promise<OnnxFile> {
  if (source.kind === 'file') {
    const { graph, sha256 } = await openModelFile(source.path);
    checkWeights(graph, source.path);
    return fileOf(basename(source.path), graph.embedded(), await sha256);
  }
  const name = 'model.onnx';
  const parsed = parseModel(source.bytes);
  checkWeights(parsed, name);
  const graph = parsed.externalFiles.length === 0 ? parsed : parsed.withExternalData(source.externalData ?? {});
  return fileOf(name, graph, createHash('sha256').update(source.bytes).digest('hex'));
}

/** Weights may share their bytes in a file, and none are shared once they are read. */
function checkWeights(graph: Graph, model: string): void {
  const found = graph.externalTensors.reduce((sum, { bytes }) => sum + (Math.max(0, bytes) || 0), 0);
  if (found > largestWeights) throw errors.tooLarge({ model, what: 'weights', found, limit: largestWeights });
}

/** `name` is how messages call it, `sha256` that of the file in hexadecimal. */
function fileOf(name: string, graph: Graph, sha256: string): OnnxFile {
  return {
    sha256,
    network: () => networkOf(name, graph),
    redrawn(layers, seed) {
      const { graph: raised } = new DifferentiableGraph(graph);
      const drawn = redrawWeights(raised, layers, (values) => redrawn(values, seed));
      return fileOf(name, drawn, createHash('sha256').update(drawn.encode()).digest('hex'));
    },
  };
}

function networkOf(name: string, graph: Graph): OnnxNetwork {
  try {
    return new OnnxNetwork(graph, name);
  } catch (error) {
    throw isDiagnosed(error) ? error : errors.notLoadable({ model: name, reason: firstLineOf(error), cause: error });
  }
}
