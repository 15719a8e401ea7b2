import type { Backend, ModelSource, OpenOptions } from '@understory/core';
import { digest, looksLikeModel, placeOf } from './disk.ts';
import { looksLikeOnnx } from './looks-like-onnx.ts';
import { nodeEngines } from './node-engines.ts';
import { onnxReader } from './onnx-reader.ts';
import type { TfjsModel } from './tfjs-model.ts';

/**
 * Opens TensorFlow.js models: a model.json of either format, the folder that holds it, or its file:// URL; and, where
 * `@understory/backend-tfjs-onnx` is installed, ONNX files, whose operators TensorFlow.js then computes.
 */
export class TfjsBackend implements Backend {
  accepts(source: ModelSource): boolean {
    return looksLikeModel(source) || looksLikeOnnx(source);
  }

  isNative(source: ModelSource): boolean {
    return looksLikeModel(source);
  }

  /** A text is the path of a file. Throws TFJS_*, ONNX_*, MODEL_NOT_*, OPERATOR_UNSUPPORTED, DEVICE_* or MISSING_PEER. */
  async open(source: ModelSource | string, options: OpenOptions = {}): Promise<TfjsModel> {
    // TensorFlow.js takes a while to load, which nobody should wait for who does not use it.
    const { openModel } = await import('./open-model.ts');
    const host = { engines: nodeEngines, placeOf, digest, onnxReader };
    return openModel(typeof source === 'string' ? { kind: 'file', path: source } : source, options, host);
  }
}
