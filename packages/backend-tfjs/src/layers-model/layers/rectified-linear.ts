import * as tf from '@tensorflow/tfjs-core';
import { OwnLayer } from './own-layer.ts';

interface Config {
  readonly maxValue?: number | null;
  readonly negativeSlope?: number | null;
  readonly threshold?: number | null;
}

/** ReLU with a slope below its threshold, which TensorFlow.js ignores. */
export class RectifiedLinear extends OwnLayer {
  static readonly className = 'RectifiedLinear';
  private readonly config: Config;

  constructor(config: Config) {
    super(config as object);
    this.config = config;
  }

  override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    const { maxValue, negativeSlope, threshold } = this.config;
    const from = tf.scalar(threshold ?? 0);
    const passes = tf.cast(tf.greaterEqual(x!, from), 'float32');
    const above = tf.mul(x!, passes);
    const below = tf.mul(tf.mul(tf.sub(x!, from), tf.sub(tf.scalar(1), passes)), tf.scalar(negativeSlope ?? 0));
    const bounded = typeof maxValue === 'number' ? tf.minimum(above, tf.scalar(maxValue)) : above;
    return tf.add(bounded, below);
  }

  override getConfig() {
    return { ...super.getConfig(), ...this.config };
  }
}
