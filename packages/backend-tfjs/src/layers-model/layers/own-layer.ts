import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

type Shape = (number | null)[];

/** A layer that TensorFlow.js does not have, or not as Keras has it; its shape is learnt by trying it. */
export abstract class OwnLayer extends tfl.layers.Layer {
  abstract compute(inputs: readonly tf.Tensor[]): tf.Tensor;

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => this.compute([inputs].flat()));
  }

  override computeOutputShape(shape: Shape | Shape[]): Shape {
    const shapes = (Array.isArray(shape[0]) ? shape : [shape]) as Shape[];
    // What differs between the two is open, as the batch is.
    const [first, second] = trials.map(([batch, size]) =>
      tf.tidy(
        () =>
          this.compute(shapes.map((dims) => tf.zeros(dims.map((dim, axis) => dim ?? (axis === 0 ? batch : size)))))
            .shape,
      ),
    );
    return first!.map((dim, axis) => (dim === second![axis] ? dim : null));
  }
}

const trials = [
  [2, 64],
  [3, 96],
] as const;
