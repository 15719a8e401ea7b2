import { augmented, configurable } from '@understory/core';
import type { Explainer, HeatMap } from '@understory/core';
import { principalScores } from '@understory/statistics';
import { activationsOf } from './activations.ts';

/**
 * Eigen-CAM: what each place of a layer shows of the direction in which its activations are longest, whatever is explained.
 *
 * ReLU(A v) for the activations A `[h w, K]` and their first right singular vector v. Muhammad and Yeasin 2020, "Eigen-CAM: Class
 * Activation Map using Principal Components", equations 2 and 3. A singular vector has no sign: here its elements sum to no less than 0, so that behind
 * a ReLU the map is that of the paper. `centre` takes off the mean of each channel first, as pytorch-grad-cam does.
 */
export const eigenCam = configurable(
  'The explainer "eigencam"',
  {
    centre: {
      type: 'boolean',
      default: false,
      description: 'Take off the mean of each channel first, as pytorch-grad-cam does.',
    },
    smooth: {
      type: 'choices',
      default: [],
      choices: ['augmentation'],
      description: 'Average over flips and brightnesses of the image (augmentation).',
    },
  },
  ({ centre, smooth }): Explainer => {
    const own: Explainer = {
      async explain(request) {
        const { layer, batch, maps } = await activationsOf(request);
        const { height, width, channels, reading } = maps;
        return Array.from({ length: batch }, (_, sample): HeatMap => {
          const scores = principalScores(maps.of(sample), channels, { isCentred: centre });
          const data = Float32Array.from(scores, (score) => Math.max(score, 0));
          return { height, width, data, layer, ...(reading !== undefined && { reading }) };
        });
      },
    };
    return smooth.includes('augmentation') ? augmented(own) : own;
  },
);
