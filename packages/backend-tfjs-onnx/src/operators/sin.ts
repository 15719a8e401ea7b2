import * as tf from '@tensorflow/tfjs-core';
import { unary } from '../support/elementwise.ts';

export const sin = unary((x) => tf.sin(x));
