import {
  errors as coreErrors,
  isDiagnosed,
  reasonOf,
  type Backend,
  type ModelSource,
  type OpenOptions,
} from '@understory/core';
import { ownWeights, parseModel, readWithWeights, skeletonOrWhole, type Graph } from '@understory/onnx-autodiff';
import { digestOf } from '../digest.ts';
import type { OnnxModel } from '../onnx-model.ts';
import { isOnnx, openGraph } from '../open-graph.ts';
import { webRuntime, type WebRuntimeOptions } from './web-runtime.ts';

export interface OnnxWebOptions extends WebRuntimeOptions {
  /** The bytes that a path means, of a model or of weights beside it; by default what the page can fetch from it as a URL. */
  readonly readFile?: (path: string) => Promise<Uint8Array>;
}

/** Opens ONNX files with ONNX Runtime for the web, in a page or in a worker. */
export class OnnxWebBackend implements Backend {
  readonly #options: OnnxWebOptions;

  constructor(options: OnnxWebOptions) {
    this.#options = options;
  }

  accepts(source: ModelSource): boolean {
    return isOnnx(source);
  }

  /** Devices are `wasm`, which `cpu` means too, and `webgpu`, preferred where there is a graphics processor. Throws ONNX_*, MODEL_* or DEVICE_*. */
  async open(source: ModelSource, options: OpenOptions = {}): Promise<OnnxModel> {
    const { bytes: read, externalData = {} } =
      source.kind === 'file'
        ? await readWithWeights(source.path, this.#options.readFile ?? fetched, notReadable)
        : source;
    const { graph, bytes, weights } = parsed(read, externalData);
    const devices = options.devices?.map((device) => (device === 'cpu' ? 'wasm' : device));
    const runtime = await webRuntime(this.#options, weights);
    return openGraph({ graph, sha256: await digestOf(bytes) }, runtime, { ...options, ...(devices && { devices }) });
  }
}

function notReadable(model: string, cause: unknown): unknown {
  return isDiagnosed(cause) ? cause : coreErrors.modelNotReadable({ model, reason: reasonOf(cause), cause });
}

async function fetched(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answers ${response.status} ${response.statusText}`.trim());
  return new Uint8Array(await response.arrayBuffer());
}

interface Parsed {
  readonly graph: Graph;
  readonly bytes: Uint8Array;
  /** By the names that the graph has for them. */
  readonly weights: Readonly<Record<string, Uint8Array>>;
}

/** Weights stay where they are: a graph that is made from the model refers to them, and no session is handed a copy. */
function parsed(bytes: Uint8Array, beside: Readonly<Record<string, Uint8Array>>): Parsed {
  const weights: Readonly<Record<string, Uint8Array>> = { ...beside, [ownWeights]: bytes };
  const graph = parseModel(skeletonOrWhole(bytes)).with({
    readExternal(location, offset, length) {
      const file = Object.hasOwn(weights, location) ? weights[location] : undefined;
      return file && offset + length <= file.length ? file.subarray(offset, offset + length) : undefined;
    },
  });
  const missing = graph.externalTensors.find(({ location, end }) => !(end <= (weights[location]?.length ?? -1)));
  if (missing === undefined) return { graph, bytes, weights };
  const { location, name } = missing;
  throw coreErrors.modelNotReadable({
    model: graph.name,
    reason: `its weight "${name}" is not in "${location}", ${Object.hasOwn(weights, location) ? 'which is too short' : 'which is not there'}`,
  });
}
