import * as tf from '@tensorflow/tfjs-core';

/**
 * Loads something and releases every tensor that was made and not kept, and where it fails the variables that layers hold their
 * weights in as well. Synchronous work may go on meanwhile.
 */
export async function loaded<T>(load: () => Promise<T>): Promise<T> {
  const engine = tf.engine();
  const variables = () => Object.entries(engine.state.registeredVariables);
  const before = new Set(variables().map(([name]) => name));
  engine.startScope();
  try {
    return await load();
  } catch (error) {
    for (const [name, variable] of variables()) if (!before.has(name)) variable.dispose();
    throw error;
  } finally {
    engine.endScope();
  }
}

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
