import type { Backend, ModelSource, OpenOptions } from '@understory/core';
import { looksLikeOnnx } from '../looks-like-onnx.ts';
import { mentionsModel, placeInMemory } from '../model-files.ts';
import type { OnnxReader } from '../onnx-reader.ts';
import type { Host } from '../open-model.ts';
import type { TfjsModel } from '../tfjs-model.ts';
import { breathe } from './breathe.ts';
import { digest } from './digest.ts';
import { fetchedPlace, type ReadFile } from './fetched-place.ts';
import { webEngines, type WebEnginesOptions } from './web-engines.ts';

export interface TfjsWebOptions extends WebEnginesOptions {
  /** The bytes that a path means, of a model.json or of weights beside it; by default what the page can fetch from it as a URL. */
  readonly readFile?: ReadFile;
  /** What reads ONNX files, asked for with the first of them: `webOnnxReader` of `@understory/backend-tfjs-onnx/web`. Without it none are opened. */
  readonly onnxReader?: () => Promise<OnnxReader>;
}

/** Opens TensorFlow.js models, a model.json of either format, in a page or in a worker; ONNX files where it is given what reads them. */
export class TfjsWebBackend implements Backend {
  readonly #options: TfjsWebOptions;

  constructor(options: TfjsWebOptions) {
    this.#options = options;
  }

  accepts(source: ModelSource): boolean {
    if (this.#options.onnxReader !== undefined && looksLikeOnnx(source)) return true;
    if (source.kind === 'file') return /\.json$/i.test(source.path);
    return source.bytes[0] === 0x7b && mentionsModel(source.bytes);
  }

  /** Devices are `wasm` and `cpu`, in that order of preference. Throws TFJS_*, MODEL_NOT_*, OPERATOR_UNSUPPORTED, DEVICE_* or NO_SECURE_CONTEXT. */
  async open(source: ModelSource, options: OpenOptions = {}): Promise<TfjsModel> {
    const host: Host = {
      engines: webEngines(this.#options),
      placeOf: (of) => (of.kind === 'bytes' ? placeInMemory(of) : fetchedPlace(of.path, this.#options.readFile)),
      ...{ digest, breathe },
      ...(this.#options.onnxReader && { onnxReader: this.#options.onnxReader }),
    };
    // TensorFlow.js takes a while to load, which nobody should wait for who does not use it.
    const { openModel } = await import('../open-model.ts');
    return openModel(source, options, host);
  }
}
