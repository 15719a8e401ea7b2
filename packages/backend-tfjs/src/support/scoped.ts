import * as tf from '@tensorflow/tfjs-core';

/** Does some work and releases every tensor that it made; what it hands back is no tensor. */
export function scoped<T>(work: () => T): T {
  const engine = tf.engine();
  engine.startScope();
  try {
    return work();
  } finally {
    engine.endScope();
  }
}
