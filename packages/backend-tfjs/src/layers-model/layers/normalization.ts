import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { OwnLayer } from './own-layer.ts';

interface Config {
  readonly axis?: number | readonly number[] | null;
  readonly mean?: number | readonly number[] | null;
  readonly variance?: number | readonly number[] | null;
  readonly invert?: boolean;
}

type Weight = ReturnType<tfl.layers.Layer['addWeight']>;

/** (x - mean) / sqrt(variance), with statistics of the configuration or, where it has none, of the weights. */
export class Normalization extends OwnLayer {
  static readonly className = 'Normalization';
  private readonly config: Config;
  private weighted: readonly Weight[] = [];

  constructor(config: Config) {
    super(config as object);
    this.config = config;
  }

  override build(inputShape: (number | null)[]): void {
    super.build(inputShape);
    const { mean, variance } = this.config;
    if (mean !== undefined && mean !== null && variance !== undefined && variance !== null) return;
    const kept = this.axes(inputShape.length);
    const shape = kept.map((axis) => inputShape[axis] ?? 1);
    const zeros = tfl.initializers.zeros();
    const made = ['mean', 'variance'].map((name) => this.addWeight(name, shape, 'float32', zeros, undefined, false));
    this.weighted = [...made, this.addWeight('count', [], 'int32', zeros, undefined, false)];
  }

  override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    const kept = new Set(this.axes(x!.rank));
    const dims = x!.shape.map((size, axis) => (kept.has(axis) ? size : 1));
    const [ownMean, ownVariance] = this.weighted;
    const placed = (own: Weight | undefined, given: Config['mean']) => {
      const values = own === undefined ? tf.tensor(given as number[]) : own.read();
      return values.size === 1 ? tf.reshape(values, []) : tf.reshape(values, dims);
    };
    const mean = placed(ownMean, this.config.mean);
    const deviation = tf.maximum(tf.sqrt(placed(ownVariance, this.config.variance)), tf.scalar(1e-7));
    const value = tf.cast(x!, 'float32');
    return this.config.invert === true
      ? tf.add(tf.mul(value, deviation), mean)
      : tf.div(tf.sub(value, mean), deviation);
  }

  override getConfig() {
    return { ...super.getConfig(), ...this.config } as ReturnType<tfl.layers.Layer['getConfig']>;
  }

  private axes(rank: number): readonly number[] {
    const { axis = -1 } = this.config;
    return axis === null ? [] : ([axis].flat() as number[]).map((one) => (one < 0 ? one + rank : one));
  }
}
