import * as tf from '@tensorflow/tfjs-core';
import { reduction } from '../support/reduction.ts';

export const reduceMin = reduction((x, axes, keeps) => tf.min(x, axes, keeps));
