import type * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../engines.ts';

/** What TensorFlow.js calls an engine. */
export type EngineBackend = Engine['backend'];

/** A gradient that stands in for the one of TensorFlow.js, or for none. */
export interface GradientOverride extends tf.GradConfig {
  /** Why it is there. */
  readonly because: string;
}

/** A kernel that stands in for an engine's own, or for none. */
export interface KernelOverride {
  readonly kernelName: string;
  /** The engines on which it stands in. */
  readonly engines: readonly EngineBackend[];
  readonly because: string;
  /** In terms of operations, in a scope of its own; undefined where the engine's own is right. */
  readonly compute: (inputs: Readonly<Record<string, tf.Tensor>>, attrs: tf.NamedAttrMap) => tf.Tensor | undefined;
}
