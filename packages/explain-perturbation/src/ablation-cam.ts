import {
  batchOf,
  checkTargetCount,
  configurable,
  evenBatches,
  fromFloat32,
  objectiveValues,
  outputsOf,
  takeFeeds,
  takeObjective,
} from '@understory/core';
import type { Explainer } from '@understory/core';
import { activationsOf, weighted } from './activations.ts';
import { smoothing, withAugmentation } from './smoothing.ts';
import { errors } from './errors.ts';
import { explainedImages } from './explained-images.ts';

/**
 * Ablation-CAM: channels weighted by the share of the explained number that is lost when they are set to zero.
 *
 * ReLU(sum_k w_k A_k) with w_k = (S - S_k) / |S|. Desai and Ramaswamy 2020, "Ablation-CAM: Visual Explanations for Deep Convolutional
 * Network via Gradient-free Localization", section 3, where S is positive; the magnitude keeps a negative score from turning the
 * map over, and at 0 the plain difference is taken. Only what is behind the layer runs again. Throws CANNOT_RUN_FROM_LAYER.
 */
export const ablationCam = configurable(
  'The explainer "ablationcam"',
  {
    batch: {
      type: 'integer',
      default: 32,
      range: [1, 4096],
      description: 'Channels that go through the model at a time.',
    },
    ...smoothing,
  },
  ({ batch: largestBatch, smooth }): Explainer =>
    withAugmentation(smooth, {
      async explain(request) {
        const { model, feeds, objective, signal, progress } = request;
        const batch = batchOf(feeds);
        checkTargetCount(objective, batch);
        if (model.runFrom === undefined) throw errors.cannotRunFromLayer({ backend: model.origin.backend });
        const activations = await activationsOf(request, explainedImages(request));
        const { layer, channels, tensor } = activations;
        const outputs = outputsOf(objective);
        const whole = objectiveValues(objective, await model.run(feeds, outputs));
        const weights = Array.from({ length: batch }, () => new Float64Array(channels));
        let done = 0;
        for (const [sample, own] of weights.entries()) {
          const shown = activations.whole(sample);
          const score = whole[sample]!;
          for (const { start, end } of evenBatches(channels, largestBatch)) {
            signal?.throwIfAborted();
            const samples = Array.from({ length: end - start }, () => sample);
            const values = new Float32Array(samples.length * shown.length);
            for (let channel = start; channel < end; channel += 1) {
              const version = values.subarray((channel - start) * shown.length, (channel - start + 1) * shown.length);
              version.set(shown);
              activations.clear(version, channel);
            }
            const laid = activations.together(values, samples.length);
            const ablated = fromFloat32(laid, tensor.type, activations.dimsFor(samples.length));
            const fetched = await model.runFrom(takeFeeds(feeds, samples), { [layer]: ablated }, outputs);
            objectiveValues(takeObjective(objective, samples), fetched).forEach((left, at) => {
              own[start + at] = (score - left) / (score === 0 ? 1 : Math.abs(score));
            });
            done += samples.length;
            progress?.(done, channels * batch);
          }
        }
        return weights.map((own, sample) => weighted(activations, sample, own, smooth));
      },
    }),
);
