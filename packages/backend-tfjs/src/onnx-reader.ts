import { importPeer, type ModelSource } from '@understory/core';
import type { Network } from './network.ts';

/** The package that reads ONNX files. */
export const onnxPackage = {
  name: '@understory/backend-tfjs-onnx',
  install: 'npm install @understory/backend-tfjs-onnx',
};

/** What `@understory/backend-tfjs-onnx` exports. */
export interface OnnxReader {
  /** Throws MODEL_NOT_READABLE, MODEL_WEIGHTS_MISSING, ONNX_* and TFJS_MODEL_TOO_LARGE. */
  readOnnxFile(source: ModelSource): Promise<OnnxFile>;
}

/** An ONNX file as it was read. */
export interface OnnxFile {
  /** SHA-256 of the file in hexadecimal. */
  readonly sha256: string;
  /** A network of it; made on the engine that is current. Throws ONNX_*, OPERATOR_UNSUPPORTED, and MODEL_NOT_RUNNABLE or RUN_FAILED for sizes that cannot be. */
  network(): OnnxNetwork;
  /** The same file with the weights of some layers re-initialised. */
  redrawn(layers: readonly string[], seed: number): Promise<OnnxFile>;
}

export interface OnnxNetwork extends Network {
  /** What a user should know of how it is computed. */
  readonly remarks: readonly string[];
}

/** The reader is imported when the first ONNX file is opened; throws MISSING_PEER where it is not installed. */
export async function onnxReader(): Promise<OnnxReader> {
  // It builds on this package, which therefore knows it by its name alone.
  const { name, install } = onnxPackage;
  return importPeer(name, install, (): Promise<OnnxReader> => import(name));
}
