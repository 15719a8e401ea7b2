import * as tf from '@tensorflow/tfjs-core';
import { fold, levelled } from '../support/elementwise.ts';

export const max = fold((a, b) => tf.maximum(...levelled(a, b)));
