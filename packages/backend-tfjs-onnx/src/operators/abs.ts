import * as tf from '@tensorflow/tfjs-core';
import { unary } from '../support/elementwise.ts';

export const abs = unary((x) => tf.abs(x));
