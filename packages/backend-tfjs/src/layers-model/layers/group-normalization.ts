import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { OwnLayer } from './own-layer.ts';

interface Config {
  readonly groups?: number;
  readonly epsilon?: number;
  readonly center?: boolean;
  readonly scale?: boolean;
}

type Weight = ReturnType<tfl.layers.Layer['addWeight']>;

/** Normalises groups of the last axis, each over all places of a sample. */
export class GroupNormalization extends OwnLayer {
  static readonly className = 'GroupNormalization';
  private readonly config: Config;
  private gamma: Weight | undefined;
  private beta: Weight | undefined;

  constructor(config: Config) {
    super(config as object);
    this.config = config;
  }

  override build(inputShape: (number | null)[]): void {
    super.build(inputShape);
    const shape = [inputShape.at(-1) ?? 1];
    const { scale = true, center = true } = this.config;
    if (scale) this.gamma = this.addWeight('gamma', shape, 'float32', tfl.initializers.ones());
    if (center) this.beta = this.addWeight('beta', shape, 'float32', tfl.initializers.zeros());
  }

  override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    const { groups = 32, epsilon = 1e-3 } = this.config;
    const [batch = 1, ...rest] = x!.shape;
    const channels = rest.at(-1) ?? 1;
    const count = groups === -1 ? channels : groups;
    const places = rest.slice(0, -1).reduce((product, size) => product * size, 1);
    const grouped = tf.reshape(x!, [batch, places, count, channels / count]);
    const centred = tf.sub(grouped, tf.mean(grouped, [1, 3], true));
    const variance = tf.mean(tf.square(centred), [1, 3], true);
    const even = tf.reshape(tf.mul(centred, tf.rsqrt(tf.add(variance, tf.scalar(epsilon)))), x!.shape);
    const scaled = this.gamma === undefined ? even : tf.mul(even, this.gamma.read());
    return this.beta === undefined ? scaled : tf.add(scaled, this.beta.read());
  }

  override getConfig() {
    return { ...super.getConfig(), ...this.config };
  }
}
