import { tensor as tensorOf, type Tensor } from '@tensorflow/tfjs-core';
import type { Constant, ElementType } from '@understory/onnx-autodiff';

export type DType = 'float32' | 'int32' | 'bool';

/** What TensorFlow.js computes numbers of a type in; undefined for texts. */
export function dtypeOf(type: ElementType): DType | undefined {
  switch (type) {
    case 'float32':
    case 'float16':
    case 'bfloat16':
    case 'float64':
      return 'float32';
    case 'bool':
      return 'bool';
    case 'string':
      return undefined;
    default:
      return 'int32';
  }
}

/** A constant as a tensor; whole numbers beyond int32 become its ends. */
export function tensorFrom({ type, dims, values }: Constant): Tensor {
  switch (dtypeOf(type)) {
    case 'bool':
      return tensorOf(Uint8Array.from(values), [...dims], 'bool');
    case 'int32':
      return tensorOf(
        Int32Array.from(values, (value) => Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), value))),
        [...dims],
        'int32',
      );
    default:
      return tensorOf(values instanceof Float32Array ? values : Float32Array.from(values), [...dims], 'float32');
  }
}
