import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { unary } from '../support/elementwise.ts';

export const not: Operator = { ...unary((x) => tf.logicalNot(x)), passage: 'stops' };
