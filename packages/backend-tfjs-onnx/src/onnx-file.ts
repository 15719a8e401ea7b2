import { errors, largestWeights, type Digest, type OnnxFile } from '@understory/backend-tfjs/engine';
import { firstLineOf, isDiagnosed, redrawn } from '@understory/core';
import { DifferentiableGraph, parseModel, redrawWeights, type Graph } from '@understory/onnx-autodiff';
import { OnnxNetwork } from './onnx-network.ts';

/** A model in memory; throws MODEL_WEIGHTS_MISSING, ONNX_* and TFJS_MODEL_TOO_LARGE. */
export async function onnxFileOf(
  bytes: Uint8Array,
  externalData: Readonly<Record<string, Uint8Array>>,
  digest: Digest,
): Promise<OnnxFile> {
  const name = 'model.onnx';
  const parsed = parseModel(bytes);
  checkWeights(parsed, name);
  const graph = parsed.externalFiles.length === 0 ? parsed : parsed.withExternalData(externalData);
  return fileOf({ name, graph, sha256: await digest([bytes]), digest });
}

/** Weights may share their bytes in a file, and none are shared once they are read. */
export function checkWeights(graph: Graph, model: string): void {
  const found = graph.externalTensors.reduce((sum, { bytes }) => sum + (Math.max(0, bytes) || 0), 0);
  if (found > largestWeights) throw errors.tooLarge({ model, what: 'weights', found, limit: largestWeights });
}

interface FileParts {
  /** How messages call it. */
  readonly name: string;
  readonly graph: Graph;
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
  readonly digest: Digest;
}

export function fileOf({ name, graph, sha256, digest }: FileParts): OnnxFile {
  return {
    sha256,
    network: () => networkOf(name, graph),
    async redrawn(layers, seed) {
      const { graph: raised } = new DifferentiableGraph(graph);
      const drawn = redrawWeights(raised, layers, (values) => redrawn(values, seed));
      return fileOf({ name, graph: drawn, sha256: await digest([drawn.encode()]), digest });
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
