import type { ModelSource, OpenOptions } from '@understory/core';
import { DifferentiableGraph, withBatchFirst, type Graph } from '@understory/onnx-autodiff';
import { DeviceLog } from './device-log.ts';
import { isProcessor, onFirstDevice } from './execution-providers.ts';
import { forwardGraph, OnnxModel } from './onnx-model.ts';
import type { Runtime } from './runtime.ts';

/** A model file that was parsed. */
export interface ParsedModel {
  readonly graph: Graph;
  /** SHA-256 of the file, which may still be computed. */
  readonly sha256: Promise<string> | string;
}

/** Whether a file is in ONNX's format, by its name or first byte. */
export function isOnnx(source: ModelSource): boolean {
  // ModelProto begins with its IR version; JSON, which TensorFlow.js writes, with a brace.
  return source.kind === 'file' ? /\.(onnx|ort)$/i.test(source.path) : source.bytes[0] === 0x08;
}

/** Opens a parsed model on the first device that works; throws ONNX_*, MODEL_* or DEVICE_*. */
export async function openGraph(
  { graph: file, sha256 }: ParsedModel,
  runtime: Runtime,
  options: OpenOptions,
): Promise<OnnxModel> {
  const devices = options.devices?.length ? options.devices : runtime.preferred;
  // Says what is beyond all limits before the runtime tries it.
  const asItIs = new DifferentiableGraph(file);
  const graph = withBatchFirst(file, asItIs.inference);
  const differentiable = graph === file ? asItIs : new DifferentiableGraph(graph);
  // Weights that stay in their file are mapped; a file read as a whole would be in memory twice.
  const isDeferred = options.isDeferred === true && devices.every(isProcessor);
  const log = new DeviceLog();
  const {
    value: forward,
    device,
    remarks,
  } = isDeferred
    ? { value: undefined, device: devices[0]!, remarks: [] }
    : await onFirstDevice(devices, runtime.devices, (each) =>
        runtime.createSession(forwardGraph(graph, differentiable).encode(), each, options, log),
      );
  return new OnnxModel({
    graph,
    differentiable,
    // Computed while a session is made: here, or where the model is made ready.
    origin: { backend: 'onnx', executionProvider: device, sha256: isDeferred ? '' : await sha256, remarks },
    ...(isDeferred && { digest: sha256 }),
    forward,
    openSession: (encoded) => runtime.createSession(encoded, device, options, log),
    log,
    blockedLayout: runtime.blockedLayout(device),
    ...(options.gradientPrecision && { gradientPrecision: options.gradientPrecision }),
  });
}
