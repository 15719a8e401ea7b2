import * as tf from '@tensorflow/tfjs-core';
import { OwnLayer } from './own-layer.ts';

interface Config {
  readonly size?: readonly number[];
  readonly height?: number;
  readonly width?: number;
  readonly interpolation?: string;
}

/** Images of another size by where the centres of their pixels are, as Keras 3 has it and TensorFlow.js has not. */
abstract class Resampling extends OwnLayer {
  protected readonly config: Config;

  constructor(config: Config) {
    super(config as object);
    this.config = config;
  }

  abstract sizeOf(height: number, width: number): [number, number];

  override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    const image = tf.cast(x!, 'float32') as tf.Tensor4D;
    const size = this.sizeOf(image.shape[1], image.shape[2]);
    return this.config.interpolation === 'nearest'
      ? tf.image.resizeNearestNeighbor(image, size, false, true)
      : tf.image.resizeBilinear(image, size, false, true);
  }

  override getConfig() {
    return { ...super.getConfig(), ...this.config, size: [...(this.config.size ?? [])] };
  }
}

export class CentredUpSampling2D extends Resampling {
  static readonly className = 'CentredUpSampling2D';

  override sizeOf(height: number, width: number): [number, number] {
    const [rows = 2, columns = 2] = this.config.size ?? [];
    return [height * rows, width * columns];
  }
}

export class CentredResizing extends Resampling {
  static readonly className = 'CentredResizing';

  override sizeOf(): [number, number] {
    return [this.config.height ?? 1, this.config.width ?? 1];
  }
}
