import { firstLineOf } from '@understory/core';
import type * as ort from 'onnxruntime-node';
import { errors } from './errors.ts';
import type { Runtime } from './runtime.ts';
import { usualThreads } from './usual-threads.ts';
import { placedOn } from './web-gpu-gaps.ts';

/** ONNX Runtime for models whose weights lie in files of a folder; throws ONNX_RUNTIME_NOT_LOADED. */
export async function nodeRuntime(folder: string | undefined): Promise<Runtime> {
  const runtime = await onnxRuntime();
  return {
    devices: runtime.listSupportedBackends().map(({ name }) => name),
    preferred: ['cpu'],
    blockedLayout: (device) => device === 'cpu' && process.arch === 'x64',
    createSession: (model, device, options) => {
      const threads = options.threads ?? usualThreads(process.env);
      const placed = placedOn(device, model);
      return runtime.InferenceSession.create(placed.model, {
        executionProviders: [placed.provider],
        ...(threads !== undefined && { intraOpNumThreads: threads }),
        // A plan of all buffers is a second block of memory beside those of the first run, and no faster.
        enableMemPattern: false,
        // What goes wrong is thrown, and said by whoever catches it; lines of its own would stand among the results.
        logSeverityLevel: 4,
        // Graphs refer to weights where they lie, and are handed over as bytes, which have no folder.
        ...(folder !== undefined && { extra: { session: { model_external_initializers_file_folder_path: folder } } }),
      });
    },
  };
}

/**
 * ONNX Runtime, whose binary is loaded when a model is opened and not before; throws ONNX_RUNTIME_NOT_LOADED.
 * It writes nothing itself, also while it tries a provider, unless the program has set a log level of its own.
 */
async function onnxRuntime(): Promise<typeof ort> {
  try {
    const runtime = await import('onnxruntime-node');
    // The level of a session counts only once its provider is loaded; the default is all that tells that nobody chose.
    if (runtime.env.logLevel === 'warning') runtime.env.logLevel = 'fatal';
    return runtime;
  } catch (cause) {
    throw errors.runtimeNotLoaded({
      reason: firstLineOf(cause),
      expected: `the package onnxruntime-node with its binary for ${process.platform} ${process.arch}`,
      next:
        'Run npm install --ignore-scripts onnxruntime-node: the binaries of the CPU come inside the package, and its install script ' +
        'downloads from the network. If there is no binary for this system, open the model with another backend, such as tfjs.',
      cause,
    });
  }
}
