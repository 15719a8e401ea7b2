import * as tf from '@tensorflow/tfjs-core';
import { fold } from '../support/elementwise.ts';

export const sum = fold((a, b) => tf.add(a, b));
