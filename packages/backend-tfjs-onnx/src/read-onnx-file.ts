import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Digest, OnnxFile } from '@understory/backend-tfjs/engine';
import type { ModelSource } from '@understory/core';
import { openModelFile } from '@understory/onnx-autodiff/model-file';
import { checkWeights, fileOf, onnxFileOf } from './onnx-file.ts';

const digest: Digest = async (parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

/** Throws MODEL_NOT_READABLE, MODEL_WEIGHTS_MISSING, ONNX_* and TFJS_MODEL_TOO_LARGE. */
export async function readOnnxFile(source: ModelSource): Promise<OnnxFile> {
  if (source.kind === 'bytes') return onnxFileOf(source.bytes, source.externalData ?? {}, digest);
  const { graph, sha256 } = await openModelFile(source.path);
  checkWeights(graph, source.path);
  return fileOf({ name: basename(source.path), graph: graph.embedded(), sha256: await sha256, digest });
}
