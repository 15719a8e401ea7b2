import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { alike } from '../support/elementwise.ts';

export const clip: Operator = {
  through: [0],
  writes: alike,
  prepare(use) {
    const low = use.has(1) ? use.numbers(1)[0]! : -largest;
    const high = use.has(2) ? use.numbers(2)[0]! : largest;
    // TensorFlow.js takes bounds in the wrong order as a mistake; in ONNX the upper one wins.
    return (read) => tf.clipByValue(read(0), Math.min(low, high), high);
  },
};

/** The largest float32. */
const largest = 3.4028234663852886e38;
