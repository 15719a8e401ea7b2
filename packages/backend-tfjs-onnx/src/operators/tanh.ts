import * as tf from '@tensorflow/tfjs-core';
import { unary } from '../support/elementwise.ts';

export const tanh = unary((x) => tf.tanh(x));
