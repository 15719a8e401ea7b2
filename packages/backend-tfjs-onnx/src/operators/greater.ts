import * as tf from '@tensorflow/tfjs-core';
import { comparison } from '../support/elementwise.ts';

export const greater = comparison((a, b) => tf.greater(a, b));
