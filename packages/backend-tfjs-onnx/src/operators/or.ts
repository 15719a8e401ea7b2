import * as tf from '@tensorflow/tfjs-core';
import { comparison } from '../support/elementwise.ts';

export const or = comparison((a, b) => tf.logicalOr(a, b));
