import * as tf from '@tensorflow/tfjs-core';
import { unary } from '../support/elementwise.ts';

export const relu = unary((x) => tf.relu(x));
