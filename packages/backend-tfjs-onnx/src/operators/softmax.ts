import * as tf from '@tensorflow/tfjs-core';
import { alongAxis } from '../support/along-axis.ts';

export const softmax = alongAxis((x) => tf.softmax(x));
