import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { OwnLayer } from './own-layer.ts';

/** One factor a channel, as ConvNeXt has it. */
export class LayerScale extends OwnLayer {
  static readonly className = 'LayerScale';
  private gamma: ReturnType<tfl.layers.Layer['addWeight']> | undefined;

  override build(inputShape: (number | null)[]): void {
    super.build(inputShape);
    this.gamma = this.addWeight('gamma', [inputShape.at(-1) ?? 1], 'float32', tfl.initializers.ones());
  }

  override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    return tf.mul(x!, this.gamma!.read());
  }
}
