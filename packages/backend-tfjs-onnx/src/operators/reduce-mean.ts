import * as tf from '@tensorflow/tfjs-core';
import { reduction } from '../support/reduction.ts';

export const reduceMean = reduction((x, axes, keeps) => tf.mean(x, axes, keeps));
