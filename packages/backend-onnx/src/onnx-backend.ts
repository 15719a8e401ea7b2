import type { Backend, ModelSource, OpenOptions } from '@understory/core';
import { parseModel } from '@understory/onnx-autodiff';
import { openModelFile } from '@understory/onnx-autodiff/model-file';
import { digestOf } from './digest.ts';
import { isOnnx, openGraph, type ParsedModel } from './open-graph.ts';
import type { OnnxModel } from './onnx-model.ts';
import { nodeRuntime } from './onnx-runtime.ts';

/** Opens ONNX files with ONNX Runtime. */
export class OnnxBackend implements Backend {
  accepts(source: ModelSource): boolean {
    return isOnnx(source);
  }

  /** A text is the path of a file. Throws ONNX_*, MODEL_* or DEVICE_*. */
  async open(from: ModelSource | string, options: OpenOptions = {}): Promise<OnnxModel> {
    const source: ModelSource = typeof from === 'string' ? { kind: 'file', path: from } : from;
    const { folder, ...parsed } =
      source.kind === 'file' ? await openModelFile(source.path) : { ...fromBytes(source), folder: undefined };
    return openGraph(parsed, await nodeRuntime(folder), options);
  }
}

function fromBytes({ bytes, externalData }: ModelSource & { kind: 'bytes' }): ParsedModel {
  const parsed = parseModel(bytes);
  const graph = parsed.externalFiles.length === 0 ? parsed : parsed.withExternalData(externalData ?? {});
  return { graph, sha256: digestOf(bytes) };
}
