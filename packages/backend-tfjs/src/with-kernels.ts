import * as tf from '@tensorflow/tfjs-core';
import type { EngineBackend, KernelOverride } from './gradients/override.ts';
import { forwardKernels } from './kernels/index.ts';

/** Does one piece of synchronous work with right kernels in place of those that the current engine has wrong, and puts those back. */
export function withForwardKernels<T>(work: () => T): T {
  return withKernels(forwardKernels, tf.getBackend() as EngineBackend, work);
}

/** Does one piece of synchronous work with some kernels of an engine replaced. */
export function withKernels<T>(overrides: readonly KernelOverride[], backend: EngineBackend, work: () => T): T {
  const undo: (() => void)[] = [];
  try {
    for (const override of overrides) if (override.engines.includes(backend)) undo.push(replaced(override, backend));
    return work();
  } finally {
    for (const restore of undo.toReversed()) restore();
  }
}

/** What was replaced once need not be again by work within work. */
const ours = new WeakMap<tf.KernelFunc, KernelOverride>();

function replaced(override: KernelOverride, backendName: EngineBackend): () => void {
  const { kernelName, compute } = override;
  const before = tf.getKernel(kernelName, backendName);
  if (before && ours.get(before.kernelFunc) === override) return () => undefined;
  const kernelFunc: tf.KernelFunc = (use) => {
    const inputs = use.inputs as Record<string, tf.Tensor>;
    const [result] = tf.tidy(() => [compute(inputs, use.attrs ?? {})].filter((found) => found !== undefined));
    if (result !== undefined) return result;
    if (before === undefined) throw new Error(`${backendName} has no kernel ${kernelName} of this form`);
    return before.kernelFunc(use);
  };
  ours.set(kernelFunc, override);
  // Registering over another prints a warning.
  if (before) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ ...before, kernelName, backendName, kernelFunc });
  return () => {
    tf.unregisterKernel(kernelName, backendName);
    if (before) tf.registerKernel(before);
  };
}
