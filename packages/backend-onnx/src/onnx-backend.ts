import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { errors as coreErrors, type Backend, type ModelSource, type OpenOptions } from '@understory/core';
import { parseModel, type Graph } from '@understory/onnx-autodiff';
import * as ort from 'onnxruntime-node';
import { onFirstDevice } from './execution-providers.ts';
import { OnnxModel } from './onnx-model.ts';

/** Opens ONNX files with ONNX Runtime. */
export class OnnxBackend implements Backend {
  accepts(source: ModelSource): boolean {
    // ModelProto begins with its IR version; JSON, which TensorFlow.js writes, with a brace.
    return source.kind === 'file' ? /\.(onnx|ort)$/i.test(source.path) : source.bytes[0] === 0x08;
  }

  /** Throws ONNX_*, MODEL_NOT_READABLE, MODEL_NOT_RUNNABLE or DEVICE_*. */
  async open(source: ModelSource, options: OpenOptions = {}): Promise<OnnxModel> {
    const bytes = source.kind === 'file' ? await read(source.path) : source.bytes;
    const parsed = parseModel(bytes);
    const graph = await withExternalData(parsed, source);
    // ONNX Runtime finds data beside a file by itself; bytes have to hold everything.
    const model = source.kind === 'file' ? source.path : graph === parsed ? bytes : graph.encode();
    const session = (
      from: string | Uint8Array,
      executionProviders: ort.InferenceSession.SessionOptions['executionProviders'],
    ) => {
      const sessionOptions: ort.InferenceSession.SessionOptions = {
        ...(executionProviders && { executionProviders }),
        ...(options.threads !== undefined && { intraOpNumThreads: options.threads }),
        // Warnings about constant folding are of no use to anybody who runs a model.
        logSeverityLevel: 3,
      };
      return typeof from === 'string'
        ? ort.InferenceSession.create(from, sessionOptions)
        : ort.InferenceSession.create(from, sessionOptions);
    };
    const devices = options.devices?.length ? options.devices : ['cpu'];
    const known = ort.listSupportedBackends().map(({ name }) => name);
    const {
      value: forward,
      device,
      remarks,
    } = await onFirstDevice(devices, known, (providers) => session(model, providers));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return new OnnxModel({
      graph,
      origin: { backend: 'onnx', executionProvider: device, sha256, remarks },
      forward,
      openSession: (encoded) => session(encoded, [device]),
      blockedLayout: device === 'cpu' && process.arch === 'x64',
      ...(options.gradientPrecision && { gradientPrecision: options.gradientPrecision }),
    });
  }
}

async function withExternalData(graph: Graph, source: ModelSource): Promise<Graph> {
  const paths = graph.externalFiles;
  if (paths.length === 0) return graph;
  if (source.kind === 'bytes') return graph.withExternalData(source.externalData ?? {});
  const folder = dirname(source.path);
  const files = await Promise.all(
    paths.map(async (path) => {
      // A model must not be able to name any file of the machine as its weights.
      if (normalize(path).startsWith('..') || normalize(path).startsWith('/')) {
        throw coreErrors.modelNotReadable({
          model: source.path,
          reason: `its weights are said to lie outside its folder, in "${path}"`,
        });
      }
      return [path, await read(join(folder, path))] as const;
    }),
  );
  return graph.withExternalData(Object.fromEntries(files));
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw coreErrors.modelNotReadable({
      model: path,
      reason: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}
