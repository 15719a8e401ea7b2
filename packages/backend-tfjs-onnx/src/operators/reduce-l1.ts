import * as tf from '@tensorflow/tfjs-core';
import { reduction } from '../support/reduction.ts';

export const reduceL1 = reduction((x, axes, keeps) => tf.sum(tf.abs(x), axes, keeps));
