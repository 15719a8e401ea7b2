import { digest, type OnnxReader } from '@understory/backend-tfjs/web';
import { errors, isDiagnosed, reasonOf } from '@understory/core';
import { readWithWeights } from '@understory/onnx-autodiff';
import { onnxFileOf } from '../onnx-file.ts';

/** Reads ONNX files in a page or in a worker, with `readFile` for the bytes that a path means: of a model or of weights beside it. */
export function webOnnxReader(readFile: (path: string) => Promise<Uint8Array>): OnnxReader {
  return {
    async readOnnxFile(source) {
      const { bytes, externalData = {} } =
        source.kind === 'bytes' ? source : await readWithWeights(source.path, readFile, notReadable);
      return onnxFileOf(bytes, externalData, digest);
    },
  };
}

function notReadable(model: string, cause: unknown): unknown {
  return isDiagnosed(cause) ? cause : errors.modelNotReadable({ model, reason: reasonOf(cause), cause });
}
