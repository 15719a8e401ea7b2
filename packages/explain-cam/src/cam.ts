import { batchOf, checkTargetCount, errors, outputsOf, toFloat32 } from '@understory/core';
import type { Explainer, HeatMap, Tensor, Tensors } from '@understory/core';
import { LengthMismatch } from './affine-steps.ts';
import { alternatives, findLinearHead } from './linear-head.ts';
import type { LinearHead } from './linear-head.ts';
import { checkLinear, outputWeights } from './output-weights.ts';
import type { Pooling } from './pooling.ts';

/**
 * Class activation mapping: the feature map that is pooled, its channels weighted as the linear head weighs them.
 *
 * sum_k W[c, k] A_k at the feature map's resolution, without bias and without ReLU; its mean is the explained score but for the bias.
 * Zhou et al. 2016, "Learning Deep Features for Discriminative Localization", equation 2. Where a 1x1 convolution scores the
 * classes before the pooling, as in SqueezeNet, the map of class c is channel c of what is pooled.
 * The head is found in the model's graph and held against the model's own score.
 * Throws CAM_NOT_APPLICABLE with the reason, CLASS_OUT_OF_RANGE or TARGET_COUNT.
 */
export const cam: Explainer = {
  async explain({ model, feeds, objective, signal }) {
    const batch = batchOf(feeds);
    checkTargetCount(objective, batch);
    checkLinear(objective);
    const { graph } = model;
    if (graph === undefined)
      throw notApplicable(`the backend "${model.origin.backend}" does not show the model's graph`);
    const outputs = outputsOf(objective);
    const heads = outputs.map((output) => ({ output, ...findLinearHead(model, graph, output) }));
    const [first, ...others] = heads;
    if (first === undefined) throw notApplicable('the objective reads no output');
    const { pooling } = first;
    const stranger = others.find((other) => other.pooling.features !== pooling.features);
    if (stranger !== undefined) {
      const names = `"${pooling.features}" and "${stranger.pooling.features}"`;
      throw notApplicable(`the objective reads outputs of two feature maps, ${names}`);
    }

    signal?.throwIfAborted();
    const fetched = await model.run(feeds, [...new Set([pooling.features, ...outputs])]);
    const features = featureMap(fetched[pooling.features], pooling, batch);
    return Array.from({ length: batch }, (_, sample): HeatMap => {
      const weights = new Float64Array(features.channels);
      let constant = 0;
      let score = 0;
      for (const head of heads) {
        const { values, dims } = scoresOf(fetched[head.output], sample);
        const own = outputWeights(objective, head.output, dims, sample);
        const pulled = pull(head, own, features.channels);
        pulled.weights.forEach((weight, channel) => (weights[channel]! += weight));
        constant += pulled.constant;
        own.forEach((weight, place) => (score += weight === 0 ? 0 : weight * values[place]!));
      }
      const data = features.weighted(sample, weights);
      checkScore({ data, constant, score, fetched, pooling });
      return { height: features.height, width: features.width, data: Float32Array.from(data), layer: pooling.features };
    });
  },
};

function notApplicable(reason: string) {
  return errors.camNotApplicable({ reason, alternatives });
}

function pull(head: LinearHead, own: Float64Array, channels: number) {
  try {
    const pulled = head.pull(own);
    if (pulled.weights.length === channels) return pulled;
  } catch (failure) {
    if (!(failure instanceof LengthMismatch)) throw failure;
  }
  throw notApplicable(`the linear layers behind "${head.pooling.features}" do not fit its ${channels} channels`);
}

function scoresOf(tensor: Tensor | undefined, sample: number) {
  if (tensor === undefined) throw new Error('the backend did not hand back what was asked for');
  const [batch = 1, ...dims] = tensor.dims;
  const values = toFloat32(tensor);
  const size = values.length / batch;
  return { values: values.subarray(sample * size, (sample + 1) * size), dims };
}

function featureMap(tensor: Tensor | undefined, { features, layout, window }: Pooling, batch: number) {
  if (tensor === undefined) throw new Error(`the backend did not hand back "${features}"`);
  const [samples, second = 0, third = 0, fourth = 0, ...more] = tensor.dims;
  if (tensor.dims.length < 4 || more.length > 0 || samples !== batch) {
    throw notApplicable(`what is pooled, "${features}", is [${tensor.dims.join(', ')}], not one feature map a sample`);
  }
  const [channels, height, width] = layout === 'NCHW' ? [second, third, fourth] : [fourth, second, third];
  if (window !== undefined && (window[0] !== height || window[1] !== width)) {
    throw notApplicable(`the pooling averages windows of ${window.join(' x ')} of a map of ${height} x ${width}`);
  }
  const values = toFloat32(tensor);
  const places = height * width;
  const [channelStep, placeStep] = layout === 'NCHW' ? [places, 1] : [1, channels];
  return {
    channels,
    height,
    width,
    weighted(sample: number, weights: Float64Array): Float64Array {
      const map = new Float64Array(places);
      const start = sample * channels * places;
      weights.forEach((weight, channel) => {
        if (weight === 0) return;
        for (let place = 0; place < places; place += 1) {
          map[place]! += weight * values[start + channel * channelStep + place * placeStep]!;
        }
      });
      return map;
    },
  };
}

interface Check {
  readonly data: Float64Array;
  readonly constant: number;
  /** The model's own. */
  readonly score: number;
  readonly fetched: Tensors;
  readonly pooling: Pooling;
}

/** The mean of the map and the bias are the score: what a graph seemed to say is worth nothing where they are not. */
function checkScore({ data, constant, score, fetched, pooling: { features } }: Check): void {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const isHalf = Object.values(fetched).some(({ type }) => type === 'float16');
  const size = data.reduce(
    (most, value) => Math.max(most, Math.abs(value)),
    Math.max(Math.abs(constant), Math.abs(score)),
  );
  if (Math.abs(mean + constant - score) <= (isHalf ? 3e-2 : 1e-3) * size || !Number.isFinite(size)) return;
  const shown = [mean + constant, score].map((value) => value.toPrecision(6));
  throw notApplicable(`the head found behind "${features}" gives ${shown[0]} and the model ${shown[1]}`);
}
