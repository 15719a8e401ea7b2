import { createHash } from 'node:crypto';
import type { Backend, ModelSource, OpenOptions } from '@understory/core';
import { DifferentiableGraph, parseModel, withBatchFirst, type Graph } from '@understory/onnx-autodiff';
import { openModelFile } from '@understory/onnx-autodiff/model-file';
import type * as ort from 'onnxruntime-node';
import { onFirstDevice } from './execution-providers.ts';
import { forwardGraph, OnnxModel } from './onnx-model.ts';
import { onnxRuntime } from './onnx-runtime.ts';

/** Opens ONNX files with ONNX Runtime. */
export class OnnxBackend implements Backend {
  accepts(source: ModelSource): boolean {
    // ModelProto begins with its IR version; JSON, which TensorFlow.js writes, with a brace.
    return source.kind === 'file' ? /\.(onnx|ort)$/i.test(source.path) : source.bytes[0] === 0x08;
  }

  /** A text is the path of a file. Throws ONNX_*, MODEL_* or DEVICE_*. */
  async open(from: ModelSource | string, options: OpenOptions = {}): Promise<OnnxModel> {
    const source: ModelSource = typeof from === 'string' ? { kind: 'file', path: from } : from;
    const {
      graph: file,
      sha256,
      folder,
    } = source.kind === 'file' ? await openModelFile(source.path) : fromBytes(source);
    const runtime = await onnxRuntime();
    const session = (
      bytes: Uint8Array,
      executionProviders: ort.InferenceSession.SessionOptions['executionProviders'],
    ) => {
      const sessionOptions: ort.InferenceSession.SessionOptions = {
        ...(executionProviders && { executionProviders }),
        ...(options.threads !== undefined && { intraOpNumThreads: options.threads }),
        // A plan of all buffers is a second block of memory beside those of the first run, and no faster.
        enableMemPattern: false,
        // What goes wrong is thrown, and said by whoever catches it; lines of its own would stand among the results.
        logSeverityLevel: 4,
        // Graphs refer to weights where they lie, and are handed over as bytes, which have no folder.
        ...(folder !== undefined && { extra: { session: { model_external_initializers_file_folder_path: folder } } }),
      };
      return runtime.InferenceSession.create(bytes, sessionOptions);
    };
    const devices = options.devices?.length ? options.devices : ['cpu'];
    const known = runtime.listSupportedBackends().map(({ name }) => name);
    // Says what is beyond all limits before the runtime tries it.
    const asItIs = new DifferentiableGraph(file);
    const graph = withBatchFirst(file, asItIs.inference);
    const differentiable = graph === file ? asItIs : new DifferentiableGraph(graph);
    // Weights that stay in their file are mapped; a file read as a whole would be in memory twice.
    const isDeferred = options.isDeferred === true && devices.every((device) => device === 'cpu');
    const {
      value: forward,
      device,
      remarks,
    } = isDeferred
      ? { value: undefined, device: 'cpu', remarks: [] }
      : await onFirstDevice(devices, known, (providers) =>
          session(forwardGraph(graph, differentiable).encode(), providers),
        );
    return new OnnxModel({
      graph,
      differentiable,
      // Computed while a session is made: here, or where the model is made ready.
      origin: { backend: 'onnx', executionProvider: device, sha256: isDeferred ? '' : await sha256, remarks },
      ...(isDeferred && { digest: sha256 }),
      forward,
      openSession: (encoded) => session(encoded, [device]),
      blockedLayout: device === 'cpu' && process.arch === 'x64',
      ...(options.gradientPrecision && { gradientPrecision: options.gradientPrecision }),
    });
  }
}

function fromBytes({ bytes, externalData }: ModelSource & { kind: 'bytes' }): {
  readonly graph: Graph;
  readonly sha256: string;
  readonly folder: undefined;
} {
  const parsed = parseModel(bytes);
  const graph = parsed.externalFiles.length === 0 ? parsed : parsed.withExternalData(externalData ?? {});
  return { graph, sha256: createHash('sha256').update(bytes).digest('hex'), folder: undefined };
}
