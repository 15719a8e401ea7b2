import * as tf from '@tensorflow/tfjs-core';
import { unary } from '../support/elementwise.ts';

export const cos = unary((x) => tf.cos(x));
