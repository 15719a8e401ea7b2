import * as tf from '@tensorflow/tfjs-core';
import { unary } from '../support/elementwise.ts';

export const reciprocal = unary((x) => tf.reciprocal(x));
