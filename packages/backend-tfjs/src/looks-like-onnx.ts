import type { ModelSource } from '@understory/core';

/** Whether a source is an ONNX model, judged by its name or first byte. */
export function looksLikeOnnx(source: ModelSource): boolean {
  // ModelProto begins with its IR version; JSON with a brace.
  return source.kind === 'file' ? /\.onnx$/i.test(source.path) : source.bytes[0] === 0x08;
}
