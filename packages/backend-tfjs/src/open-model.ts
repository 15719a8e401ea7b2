import type * as tf from '@tensorflow/tfjs-core';
import { firstLineOf, isDiagnosed, type ModelOrigin, type ModelSource, type OpenOptions } from '@understory/core';
import { firstEngine, loadOnEngine, onEngine, type Engine, type EngineSource } from './engines.ts';
import { errors } from './errors.ts';
import { GraphNetwork } from './graph-model/graph-network.ts';
import { LayersNetwork } from './layers-model/layers-network.ts';
import { loadLayers } from './layers-model/load-layers.ts';
import { looksLikeOnnx } from './looks-like-onnx.ts';
import { readModelFiles, type Digest, type ModelFiles, type ModelPlace } from './model-files.ts';
import type { Network } from './network.ts';
import type { OnnxFile, OnnxReader } from './onnx-reader.ts';
import { redrawWeights } from './redraw-weights.ts';
import { scoped } from './support/scoped.ts';
import { fromTf } from './tensors.ts';
import { TfjsModel } from './tfjs-model.ts';

/** What differs between TensorFlow.js in Node and in a browser. */
export interface Host {
  /** In order of preference. */
  readonly engines: readonly EngineSource[];
  readonly placeOf: (source: ModelSource) => ModelPlace;
  readonly digest: Digest;
  /** Where there is one for ONNX files; throws MISSING_PEER where it is not installed. */
  readonly onnxReader?: () => Promise<OnnxReader>;
  /** Lets what waits have its turn before a piece of work. */
  readonly breathe?: () => Promise<void>;
}

/** Opens a model.json or an ONNX file on the first engine that works; throws TFJS_*, ONNX_*, MODEL_NOT_*, OPERATOR_UNSUPPORTED, DEVICE_* or MISSING_PEER. */
export async function openModel(source: ModelSource, { devices }: OpenOptions, host: Host): Promise<TfjsModel> {
  const { onnxReader } = host;
  if (onnxReader !== undefined && looksLikeOnnx(source)) return openOnnx(source, devices, { ...host, onnxReader });
  const files = await readModelFiles(host.placeOf(source), host.digest);
  const { engine, remarks } = await firstEngine(host.engines, devices);
  return openOn({ engine, host }, files, {
    backend: 'tfjs',
    executionProvider: engine.name,
    sha256: files.sha256,
    remarks: remarks.map((remark) => `tried first: ${remark}`),
  });
}

/** What a model is opened on. */
interface Ground {
  readonly engine: Engine;
  readonly host: Host;
}

async function openOnnx(
  source: ModelSource,
  devices: OpenOptions['devices'],
  host: Host & Required<Pick<Host, 'onnxReader'>>,
): Promise<TfjsModel> {
  const { readOnnxFile } = await host.onnxReader();
  const file = await readOnnxFile(source);
  const { engine, remarks } = await firstEngine(host.engines, devices);
  return openOnnxOn({ engine, host }, file, {
    backend: 'tfjs',
    executionProvider: engine.name,
    sha256: file.sha256,
    remarks: [...remarks.map((remark) => `tried first: ${remark}`), 'TensorFlow.js computes the operators of ONNX'],
  });
}

async function openOnnxOn(ground: Ground, file: OnnxFile, origin: ModelOrigin): Promise<TfjsModel> {
  const { engine, host } = ground;
  const network = await loadOnEngine(engine, async () => file.network());
  return new TfjsModel({
    network,
    engine,
    ...(host.breathe && { breathe: host.breathe }),
    origin: { ...origin, remarks: [...origin.remarks, ...network.remarks] },
    redrawn: async (layers, seed, remark) => {
      const drawn = await file.redrawn(layers, seed);
      return openOnnxOn(ground, drawn, { ...origin, sha256: drawn.sha256, remarks: [...origin.remarks, remark] });
    },
  });
}

async function openOn(ground: Ground, files: ModelFiles, origin: ModelOrigin): Promise<TfjsModel> {
  const { engine, host } = ground;
  const readWeight = (weight: tf.Tensor) => onEngine(engine, () => scoped(() => fromTf(weight)));
  // A layers model's weights under the names that it has for them, which are the file's or stand in for those.
  let named = files;
  const read = async (): Promise<Network> => {
    if (files.format === 'graph-model') return new GraphNetwork(files, readWeight);
    const loaded = await loadLayers(files);
    named = loaded.files;
    return new LayersNetwork(loaded.model, files.name, readWeight);
  };
  const network = await loadOnEngine(engine, async () => {
    try {
      return await read();
    } catch (error) {
      if (isDiagnosed(error)) throw error;
      // Operators and layers hold far more than the schema says of them.
      throw errors.notLoadable({ model: files.name, reason: firstLineOf(error), cause: error });
    }
  });
  return new TfjsModel({
    network,
    engine,
    ...(host.breathe && { breathe: host.breathe }),
    origin,
    redrawn: async (layers, seed, remark) => {
      const weights = network.weighted.filter(({ layer }) => layers.includes(layer)).flatMap((layer) => layer.weights);
      const drawn = onEngine(engine, () => scoped(() => redrawWeights(named, weights, seed)));
      const sha256 = await host.digest([new Uint8Array(drawn.weightData)]);
      return openOn(ground, drawn, { ...origin, sha256, remarks: [...origin.remarks, remark] });
    },
  });
}
