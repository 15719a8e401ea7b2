import type * as ort from 'onnxruntime-node';
import { firstLineOf } from '@understory/core';
import { errors } from './errors.ts';

/**
 * ONNX Runtime, whose binary is loaded when a model is opened and not before; throws ONNX_RUNTIME_NOT_LOADED.
 * It writes nothing itself, also while it tries a provider, unless the program has set a log level of its own.
 */
export async function onnxRuntime(): Promise<typeof ort> {
  try {
    const runtime = await import('onnxruntime-node');
    // The level of a session counts only once its provider is loaded; the default is all that tells that nobody chose.
    if (runtime.env.logLevel === 'warning') runtime.env.logLevel = 'fatal';
    return runtime;
  } catch (cause) {
    throw errors.runtimeNotLoaded(firstLineOf(cause), cause);
  }
}
