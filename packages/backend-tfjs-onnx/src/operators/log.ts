import * as tf from '@tensorflow/tfjs-core';
import { unary } from '../support/elementwise.ts';

export const log = unary((x) => tf.log(x));
