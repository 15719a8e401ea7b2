import * as tf from '@tensorflow/tfjs-core';
import { unary } from '../support/elementwise.ts';

export const exp = unary((x) => tf.exp(x));
