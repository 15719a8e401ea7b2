import * as tf from '@tensorflow/tfjs-core';
import { OwnLayer } from './own-layer.ts';

export class Subtract extends OwnLayer {
  static readonly className = 'Subtract';

  override compute([x, y]: readonly tf.Tensor[]): tf.Tensor {
    return tf.sub(x!, y!);
  }
}
