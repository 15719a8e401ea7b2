import * as tf from '@tensorflow/tfjs-core';
import { OwnLayer } from './own-layer.ts';

/** What changes its input only while a network is trained. */
export class Identity extends OwnLayer {
  static readonly className = 'Identity';

  override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    return tf.clone(x!);
  }
}
