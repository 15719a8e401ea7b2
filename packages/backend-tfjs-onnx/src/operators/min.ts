import * as tf from '@tensorflow/tfjs-core';
import { fold, levelled } from '../support/elementwise.ts';

export const min = fold((a, b) => tf.minimum(...levelled(a, b)));
