import * as tf from '@tensorflow/tfjs-core';
import type { Operator } from '../operator.ts';
import { unary } from '../support/elementwise.ts';

export const ceil: Operator = { ...unary((x) => tf.ceil(x)), passage: 'stops' };
