import * as tf from '@tensorflow/tfjs-core';
import { toFloat32, type Tensor } from '@understory/core';

/** A tensor for TensorFlow.js, which has one type of whole numbers; in the file's layout where it is a feature map. */
export function toTf(tensor: Tensor, channelsLast = false): tf.Tensor {
  const { type, dims, data } = tensor;
  const shape = [...dims];
  switch (type) {
    case 'bool':
      return tf.tensor(data as Uint8Array, shape, 'bool');
    case 'float32':
    case 'float16':
    case 'float64': {
      const whole = tf.tensor(toFloat32(tensor), shape, 'float32');
      return channelsLast ? tf.transpose(whole, [0, 2, 3, 1]) : whole;
    }
    default:
      return tf.tensor(Int32Array.from(data as Int32Array, Number), shape, 'int32');
  }
}

/** The values of a tensor; channels first where the file has them last. */
export function fromTf(tensor: tf.Tensor, channelsLast = false): Tensor {
  const whole = channelsLast ? tf.transpose(tensor, [0, 3, 1, 2]) : tensor;
  // An engine may hand out what it works on itself.
  const data = whole.dataSync().slice();
  const dims = [...whole.shape];
  switch (whole.dtype) {
    case 'bool':
      return { type: 'bool', dims, data: Uint8Array.from(data as Uint8Array) };
    case 'int32':
      return { type: 'int32', dims, data: data as Int32Array };
    default:
      return { type: 'float32', dims, data: data as Float32Array };
  }
}
