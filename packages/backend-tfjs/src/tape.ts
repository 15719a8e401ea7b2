import * as tf from '@tensorflow/tfjs-core';
import { append } from '@understory/core';

/** What a forward pass hands to the way back. */
export interface Recorded {
  /** One number a sample. */
  readonly objective: tf.Tensor;
  /** Tensors that the objective was computed from. */
  readonly withRespectTo: readonly tf.Tensor[];
}

/**
 * The gradients of the summed objective; undefined where it does not depend on a tensor. Only operations between what is asked for
 * and the objective are differentiated. Tensors of the forward pass are released when it is over.
 */
export function gradientsOnTape(forward: () => Recorded): readonly (tf.Tensor | undefined)[] {
  const engine = tf.engine();
  // What is differentiated by is only known when the forward pass is over; the list is read then.
  const asked: tf.Tensor[] = [tf.scalar(0)];
  try {
    const { grads } = engine.gradients(
      () => {
        const { objective, withRespectTo } = forward();
        append(asked, withRespectTo);
        return tf.sum(objective);
      },
      asked,
      undefined,
      true,
    );
    return grads.slice(1) as (tf.Tensor | undefined)[];
  } catch (error) {
    // What was saved for the way back is kept until it is gone.
    for (const { saved = [] } of engine.state.activeTape ?? []) for (const tensor of saved) tensor.dispose();
    engine.state.activeTape = [];
    throw error;
  }
}
