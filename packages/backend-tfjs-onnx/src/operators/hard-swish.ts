import * as tf from '@tensorflow/tfjs-core';
import { clamped, unary } from '../support/elementwise.ts';

export const hardSwish = unary((x) => tf.mul(x, clamped(tf.add(tf.mul(x, 1 / 6), 0.5), 0, 1)));
