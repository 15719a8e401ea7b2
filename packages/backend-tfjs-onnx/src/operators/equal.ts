import * as tf from '@tensorflow/tfjs-core';
import { comparison } from '../support/elementwise.ts';

export const equal = comparison((a, b) => tf.equal(a, b));
