import * as tf from '@tensorflow/tfjs-core';
import { unary } from '../support/elementwise.ts';

export const softsign = unary((x) => tf.div(x, tf.add(tf.abs(x), 1)));
