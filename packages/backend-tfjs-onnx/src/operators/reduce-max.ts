import * as tf from '@tensorflow/tfjs-core';
import { reduction } from '../support/reduction.ts';

export const reduceMax = reduction((x, axes, keeps) => tf.max(x, axes, keeps));
