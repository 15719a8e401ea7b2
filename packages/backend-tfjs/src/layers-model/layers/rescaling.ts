import * as tf from '@tensorflow/tfjs-core';
import { OwnLayer } from './own-layer.ts';

/** x scale + offset, either of which may be a list by channels, which TensorFlow.js does not take. */
export class Rescaling extends OwnLayer {
  static readonly className = 'Rescaling';
  private readonly scale: number | number[];
  private readonly offset: number | number[];

  constructor(config: { readonly scale: number | number[]; readonly offset?: number | number[] }) {
    super(config as object);
    this.scale = config.scale;
    this.offset = config.offset ?? 0;
  }

  override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    return tf.add(tf.mul(tf.cast(x!, 'float32'), tf.tensor(this.scale)), tf.tensor(this.offset));
  }

  override getConfig() {
    return { ...super.getConfig(), scale: this.scale, offset: this.offset };
  }
}
