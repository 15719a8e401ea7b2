import type * as ort from 'onnxruntime-node';
import { firstLineOf } from '@understory/core';
import { errors } from './errors.ts';

/** ONNX Runtime, whose binary is loaded when a model is opened and not before; throws ONNX_RUNTIME_NOT_LOADED. */
export async function onnxRuntime(): Promise<typeof ort> {
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    throw errors.runtimeNotLoaded(firstLineOf(cause), cause);
  }
}
