import * as tf from '@tensorflow/tfjs-core';
import { OwnLayer } from './own-layer.ts';

/** x + scale y, as InceptionResNetV2 of Keras adds its branches. */
export class CustomScaleLayer extends OwnLayer {
  static readonly className = 'CustomScaleLayer';
  private readonly scale: number;

  constructor(config: { readonly scale?: number }) {
    super(config as object);
    this.scale = config.scale ?? 1;
  }

  override compute([x, y]: readonly tf.Tensor[]): tf.Tensor {
    return tf.add(x!, tf.mul(y!, tf.scalar(this.scale)));
  }

  override getConfig() {
    return { ...super.getConfig(), scale: this.scale };
  }
}
