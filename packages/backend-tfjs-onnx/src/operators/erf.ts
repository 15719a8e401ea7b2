import * as tf from '@tensorflow/tfjs-core';
import { unary } from '../support/elementwise.ts';

export const erf = unary((x) => tf.erf(x));
