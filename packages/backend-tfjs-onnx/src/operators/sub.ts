import * as tf from '@tensorflow/tfjs-core';
import { binary } from '../support/elementwise.ts';

export const sub = binary((a, b) => tf.sub(a, b));
