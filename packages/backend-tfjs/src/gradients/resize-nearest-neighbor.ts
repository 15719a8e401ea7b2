import * as tf from '@tensorflow/tfjs-core';
import { resizeOverride } from '../support/resize-override.ts';

export const resizeNearestNeighbor = resizeOverride(tf.ResizeNearestNeighborGrad, 'nearest');
