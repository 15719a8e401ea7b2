import * as tf from '@tensorflow/tfjs-core';
import { reduction } from '../support/reduction.ts';

export const reduceL2 = reduction((x, axes, keeps) => tf.sqrt(tf.sum(tf.square(x), axes, keeps)));
