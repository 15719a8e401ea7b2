import { createHash } from 'node:crypto';
import type * as tf from '@tensorflow/tfjs-core';
import { firstLineOf, isDiagnosed, type ModelOrigin, type ModelSource, type OpenOptions } from '@understory/core';
import { firstEngine, loadOnEngine, onEngine, type Engine } from './engines.ts';
import { errors } from './errors.ts';
import { GraphNetwork } from './graph-model/graph-network.ts';
import { LayersNetwork } from './layers-model/layers-network.ts';
import { loadLayers } from './layers-model/load-layers.ts';
import { looksLikeOnnx } from './looks-like-onnx.ts';
import { readModelFiles, type ModelFiles } from './model-files.ts';
import type { Network } from './network.ts';
import { onnxReader, type OnnxFile } from './onnx-reader.ts';
import { redrawWeights } from './redraw-weights.ts';
import { scoped } from './support/scoped.ts';
import { fromTf } from './tensors.ts';
import { TfjsModel } from './tfjs-model.ts';

/** Opens a model.json or an ONNX file on the first engine that works; throws TFJS_*, ONNX_*, MODEL_NOT_*, OPERATOR_UNSUPPORTED, DEVICE_* or MISSING_PEER. */
export async function openModel(source: ModelSource, { devices }: OpenOptions = {}): Promise<TfjsModel> {
  if (looksLikeOnnx(source)) return openOnnx(source, devices);
  const files = await readModelFiles(source);
  const { engine, remarks } = await firstEngine(devices);
  return openOn(engine, files, {
    backend: 'tfjs',
    executionProvider: engine.name,
    sha256: files.sha256,
    remarks: remarks.map((remark) => `tried first: ${remark}`),
  });
}

async function openOnnx(source: ModelSource, devices: OpenOptions['devices']): Promise<TfjsModel> {
  const { readOnnxFile } = await onnxReader();
  const file = await readOnnxFile(source);
  const { engine, remarks } = await firstEngine(devices);
  return openOnnxOn(engine, file, {
    backend: 'tfjs',
    executionProvider: engine.name,
    sha256: file.sha256,
    remarks: [...remarks.map((remark) => `tried first: ${remark}`), 'TensorFlow.js computes the operators of ONNX'],
  });
}

async function openOnnxOn(engine: Engine, file: OnnxFile, origin: ModelOrigin): Promise<TfjsModel> {
  const network = await loadOnEngine(engine, async () => file.network());
  return new TfjsModel({
    network,
    engine,
    origin: { ...origin, remarks: [...origin.remarks, ...network.remarks] },
    redrawn: (layers, seed, remark) => {
      const drawn = file.redrawn(layers, seed);
      return openOnnxOn(engine, drawn, { ...origin, sha256: drawn.sha256, remarks: [...origin.remarks, remark] });
    },
  });
}

async function openOn(engine: Engine, files: ModelFiles, origin: ModelOrigin): Promise<TfjsModel> {
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
    origin,
    redrawn: (layers, seed, remark) => {
      const weights = network.weighted.filter(({ layer }) => layers.includes(layer)).flatMap((layer) => layer.weights);
      const drawn = onEngine(engine, () => scoped(() => redrawWeights(named, weights, seed)));
      const sha256 = createHash('sha256').update(new Uint8Array(drawn.weightData)).digest('hex');
      return openOn(engine, drawn, { ...origin, sha256, remarks: [...origin.remarks, remark] });
    },
  });
}
