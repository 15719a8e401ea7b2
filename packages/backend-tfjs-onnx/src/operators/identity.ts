import * as tf from '@tensorflow/tfjs-core';
import { unary } from '../support/elementwise.ts';

export const identity = unary((x) => tf.clone(x));
