import * as tf from '@tensorflow/tfjs-core';
import { binary } from '../support/elementwise.ts';

export const add = binary((a, b) => tf.add(a, b));
