import * as tf from '@tensorflow/tfjs-core';
import { reduction } from '../support/reduction.ts';

export const reduceSumSquare = reduction((x, axes, keeps) => tf.sum(tf.square(x), axes, keeps));
