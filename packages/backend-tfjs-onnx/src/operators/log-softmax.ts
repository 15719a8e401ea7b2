import * as tf from '@tensorflow/tfjs-core';
import { alongAxis } from '../support/along-axis.ts';

export const logSoftmax = alongAxis((x) => tf.logSoftmax(x));
