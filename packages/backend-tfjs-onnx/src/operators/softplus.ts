import * as tf from '@tensorflow/tfjs-core';
import { unary } from '../support/elementwise.ts';

export const softplus = unary((x) => tf.softplus(x));
