import * as tf from '@tensorflow/tfjs-core';
import { OwnLayer } from './own-layer.ts';

/** ELU, which falls to -alpha; TensorFlow.js only has it for 1. */
export class Elu extends OwnLayer {
  static readonly className = 'ELU';
  private readonly alpha: number;

  constructor(config: { readonly alpha?: number | null }) {
    super(config as object);
    this.alpha = config.alpha ?? 1;
  }

  override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    if (this.alpha === 1) return tf.elu(x!);
    return tf.add(tf.relu(x!), tf.mul(tf.elu(tf.minimum(x!, tf.scalar(0))), tf.scalar(this.alpha)));
  }

  override getConfig() {
    return { ...super.getConfig(), alpha: this.alpha };
  }
}
