import * as tf from '@tensorflow/tfjs-core';
import { comparison } from '../support/elementwise.ts';

export const and = comparison((a, b) => tf.logicalAnd(a, b));
