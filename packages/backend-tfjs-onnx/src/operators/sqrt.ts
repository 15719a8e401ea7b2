import * as tf from '@tensorflow/tfjs-core';
import { unary } from '../support/elementwise.ts';

export const sqrt = unary((x) => tf.sqrt(x));
