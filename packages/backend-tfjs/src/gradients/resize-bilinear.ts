import * as tf from '@tensorflow/tfjs-core';
import { resizeOverride } from '../support/resize-override.ts';

export const resizeBilinear = resizeOverride(tf.ResizeBilinearGrad, 'bilinear');
