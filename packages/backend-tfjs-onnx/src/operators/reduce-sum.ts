import * as tf from '@tensorflow/tfjs-core';
import { reduction } from '../support/reduction.ts';

export const reduceSum = reduction((x, axes, keeps) => tf.sum(x, axes, keeps));
