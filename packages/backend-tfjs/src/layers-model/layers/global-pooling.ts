import * as tf from '@tensorflow/tfjs-core';
import { OwnLayer } from './own-layer.ts';

interface Config {
  readonly dataFormat?: string;
  readonly keepdims?: boolean;
}

/** Pools over all places, and keeps their axes where asked, which TensorFlow.js passes over. */
abstract class GlobalPooling extends OwnLayer {
  protected readonly keeps: boolean;
  private readonly dataFormat: string;

  constructor(config: Config) {
    super(config as object);
    this.keeps = config.keepdims ?? false;
    this.dataFormat = config.dataFormat ?? 'channelsLast';
  }

  protected axesOf({ rank }: tf.Tensor): number[] {
    const first = this.dataFormat === 'channelsFirst' ? 2 : 1;
    return Array.from({ length: rank - 2 }, (_, at) => first + at);
  }

  override getConfig() {
    return { ...super.getConfig(), keepdims: this.keeps, dataFormat: this.dataFormat };
  }
}

abstract class GlobalAveragePooling extends GlobalPooling {
  override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    return tf.mean(x!, this.axesOf(x!), this.keeps);
  }
}

abstract class GlobalMaxPooling extends GlobalPooling {
  override compute([x]: readonly tf.Tensor[]): tf.Tensor {
    return tf.max(x!, this.axesOf(x!), this.keeps);
  }
}

export class GlobalAveragePooling1D extends GlobalAveragePooling {
  static readonly className = 'GlobalAveragePooling1D';
}

export class GlobalAveragePooling2D extends GlobalAveragePooling {
  static readonly className = 'GlobalAveragePooling2D';
}

export class GlobalMaxPooling1D extends GlobalMaxPooling {
  static readonly className = 'GlobalMaxPooling1D';
}

export class GlobalMaxPooling2D extends GlobalMaxPooling {
  static readonly className = 'GlobalMaxPooling2D';
}
