import * as tf from '@tensorflow/tfjs-core';
import { readTensor } from '@understory/onnx-autodiff';
import type { Operator } from '../operator.ts';
import { dtypeOf } from '../support/dtype.ts';

export const constantOfShape: Operator = {
  passage: 'stops',
  prepare(use) {
    const sizes = use.numbers(0);
    const proto = use.node.tensor('value');
    const { type, values } = (proto && readTensor(proto)) ?? { type: 'float32' as const, values: [0] };
    return () => tf.fill([...sizes], values[0] ?? 0, dtypeOf(type) ?? 'float32');
  },
};
