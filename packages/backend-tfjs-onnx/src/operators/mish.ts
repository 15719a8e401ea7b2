import * as tf from '@tensorflow/tfjs-core';
import { unary } from '../support/elementwise.ts';

export const mish = unary((x) => tf.mul(x, tf.tanh(tf.softplus(x))));
