import * as tf from '@tensorflow/tfjs-core';
import { unary } from '../support/elementwise.ts';

export const neg = unary((x) => tf.neg(x));
