import type * as tf from '@tensorflow/tfjs-core';
import type { OperationCall } from '../keras-operations.ts';
import { OwnLayer } from './own-layer.ts';

/** A function that Keras calls between layers. */
export class Operation extends OwnLayer {
  static readonly className = 'Operation';
  private readonly operation: OperationCall;

  constructor(config: object, operation: OperationCall) {
    super(config);
    this.operation = operation;
  }

  override compute(inputs: readonly tf.Tensor[]): tf.Tensor {
    return this.operation.compute(inputs);
  }

  override getConfig() {
    return { ...super.getConfig(), operator: this.operation.operator };
  }
}
