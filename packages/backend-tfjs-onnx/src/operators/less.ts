import * as tf from '@tensorflow/tfjs-core';
import { comparison } from '../support/elementwise.ts';

export const less = comparison((a, b) => tf.less(a, b));
