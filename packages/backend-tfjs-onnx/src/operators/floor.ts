import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { unary } from '../support/elementwise.ts';

export const floor: Operator = { ...unary((x) => tf.floor(x)), passage: 'stops' };
