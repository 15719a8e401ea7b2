import * as tf from '@tensorflow/tfjs-core';
import type { EngineBackend, KernelOverride } from './gradients/override.ts';
import { errors } from './errors.ts';
import { forwardKernels } from './kernels/index.ts';
import { misfit } from './kernels/shape-guards.ts';

/** Does one piece of synchronous work with right kernels in place of those that the current engine has wrong, and puts those back. */
export function withForwardKernels<T>(work: () => T): T {
  return withKernels(forwardKernels, tf.getBackend() as EngineBackend, work);
}

/** Does one piece of synchronous work with some kernels of an engine replaced, and every kernel's shapes checked before it runs. */
export function withKernels<T>(overrides: readonly KernelOverride[], backend: EngineBackend, work: () => T): T {
  const undo: (() => void)[] = [];
  try {
    for (const override of overrides) if (override.engines.includes(backend)) undo.push(replaced(override, backend));
    return withCheckedShapes(work);
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

/** Whether kernels are checked already by work around this. */
let isChecked = false;

/**
 * Does one piece of synchronous work in which no kernel is run on shapes that do not fit: engines read and write beyond their
 * tensors there. Throws RUN_FAILED.
 */
function withCheckedShapes<T>(work: () => T): T {
  if (isChecked) return work();
  const engine = tf.engine();
  const run = engine.runKernel;
  engine.runKernel = function checked<R extends tf.Tensor | tf.Tensor[]>(
    kernelName: string,
    inputs: tf.NamedTensorMap,
    attrs?: tf.NamedAttrMap,
  ): R {
    const found = misfit(kernelName, inputs, attrs ?? {});
    if (found !== undefined) throw errors.shapesRefused({ what: `The kernel ${kernelName}`, found });
    return run.call(engine, kernelName, inputs, attrs) as R;
  };
  isChecked = true;
  try {
    return work();
  } finally {
    isChecked = false;
    engine.runKernel = run;
  }
}
