import * as tf from '@tensorflow/tfjs-core';
import { unary } from '../support/elementwise.ts';

export const sigmoid = unary((x) => tf.sigmoid(x));
