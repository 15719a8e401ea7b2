import * as tf from '@tensorflow/tfjs-core';
import { comparison } from '../support/elementwise.ts';

export const lessOrEqual = comparison((a, b) => tf.lessEqual(a, b));
