import * as tf from '@tensorflow/tfjs-core';
import { comparison } from '../support/elementwise.ts';

export const greaterOrEqual = comparison((a, b) => tf.greaterEqual(a, b));
