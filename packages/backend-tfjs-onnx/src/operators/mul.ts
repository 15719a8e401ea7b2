import * as tf from '@tensorflow/tfjs-core';
import { binary } from '../support/elementwise.ts';

export const mul = binary((a, b) => tf.mul(a, b));
