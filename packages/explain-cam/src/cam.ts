import {
  augmented,
  batchOf,
  configurable,
  checkTargetCount,
  fedImageSize,
  outputsOf,
  placesOf,
  toFloat32,
} from '@understory/core';
import type { Configurable, ExplainRequest, Explainer, FeatureMaps, HeatMap, Tensor, Tensors } from '@understory/core';
import { principalScores } from '@understory/statistics';
import { LengthMismatch } from './affine-steps.ts';
import { camErrors } from './errors.ts';
import { alternatives, findLinearHead } from './linear-head.ts';
import type { LinearHead } from './linear-head.ts';
import { checkLinear, outputWeights } from './output-weights.ts';
import type { Pooling } from './pooling.ts';

const options = {
  smooth: {
    type: 'choices',
    default: [],
    choices: ['eigen', 'augmentation'],
    description:
      'Replace the sum over channels by their first principal component (eigen), average over flips and brightnesses of the image (augmentation).',
  },
} as const;

/**
 * Class activation mapping: the feature map that is pooled, its channels weighted as the linear head weighs them.
 *
 * sum_k W[c, k] A_k at the feature map's resolution, without bias and without ReLU; its mean is the explained score but for the bias.
 * Zhou et al. 2016, "Learning Deep Features for Discriminative Localization", equation 2. Where a 1x1 convolution scores the
 * classes before the pooling, as in SqueezeNet, the map of class c is channel c of what is pooled.
 * The head is found in the model's graph and held against the model's own score. What is pooled is read by what its axes stand for, in
 * any order, tokens of a grid too; `layout` says it where the graph does not. Settings: `cam({ smooth: ['eigen'] }).explain(...)`; eigen smoothing puts the projection of
 * the products W[c, k] A_k on their first principal axis in place of their sum.
 * Throws CAM_NOT_APPLICABLE with the reason, CLASS_OUT_OF_RANGE, TARGET_COUNT, LAYOUT_INVALID, LAYOUT_MISMATCH or LAYER_AXES.
 */
export const cam: Explainer & Configurable<Explainer, typeof options> = Object.assign(
  configurable('The explainer "cam"', options, ({ smooth }): Explainer => {
    const own: Explainer = { explain: (request) => mapsOf(request, smooth.includes('eigen')) };
    return smooth.includes('augmentation') ? augmented(own) : own;
  }),
  { explain: (request: ExplainRequest) => mapsOf(request, false) },
);

async function mapsOf(request: ExplainRequest, isProjected: boolean): Promise<readonly HeatMap[]> {
  const { model, feeds, objective, layout, signal } = request;
  const batch = batchOf(feeds);
  checkTargetCount(objective, batch);
  checkLinear(objective);
  const { graph } = model;
  if (graph === undefined) throw notApplicable(`the backend "${model.origin.backend}" does not show the model's graph`);
  const outputs = outputsOf(objective);
  const heads = outputs.map((output) => ({ output, ...findLinearHead(model, graph, output, layout) }));
  const [first, ...others] = heads;
  if (first === undefined) throw notApplicable('the objective reads no output');
  const { pooling } = first;
  const stranger = others.find((other) => other.pooling.features.name !== pooling.features.name);
  if (stranger !== undefined) {
    const names = `"${pooling.features.name}" and "${stranger.pooling.features.name}"`;
    throw notApplicable(`the objective reads outputs of two feature maps, ${names}`);
  }

  signal?.throwIfAborted();
  const layer = pooling.features.name;
  const fetched = await model.run(feeds, [...new Set([layer, ...outputs])]);
  const features = featureMaps(fetched[layer], pooling, request, batch);
  const { height, width, reading } = features;
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
    const data = weightedSum(features, sample, weights);
    checkScore({ data, constant, score, fetched, pooling });
    const shown = isProjected ? projected(features, sample, weights) : data;
    return { height, width, data: Float32Array.from(shown), layer, ...(reading !== undefined && { reading }) };
  });
}

function notApplicable(reason: string) {
  return camErrors.camNotApplicable({ reason, alternatives });
}

function pull(head: LinearHead, own: Float64Array, channels: number) {
  try {
    const pulled = head.pull(own);
    if (pulled.weights.length === channels) return pulled;
  } catch (failure) {
    if (!(failure instanceof LengthMismatch)) throw failure;
  }
  throw notApplicable(`the linear layers behind "${head.pooling.features.name}" do not fit its ${channels} channels`);
}

function scoresOf(tensor: Tensor | undefined, sample: number) {
  if (tensor === undefined) throw new Error('the backend did not hand back what was asked for');
  const [batch = 1, ...dims] = tensor.dims;
  const values = toFloat32(tensor);
  const size = values.length / batch;
  return { values: values.subarray(sample * size, (sample + 1) * size), dims };
}

function featureMaps(
  tensor: Tensor | undefined,
  { features, layout, window }: Pooling,
  { model, feeds, image }: ExplainRequest,
  batch: number,
): FeatureMaps {
  const { name } = features;
  if (tensor === undefined) throw new Error(`the backend did not hand back "${name}"`);
  if (tensor.dims[0]! % batch !== 0) {
    throw notApplicable(`what is pooled, "${name}", is [${tensor.dims.join(', ')}], not one feature map a sample`);
  }
  const maps = placesOf(model, features, batch, { layout, image: fedImageSize(model, feeds, image) })(tensor, batch);
  const { channels, height, width } = maps;
  if (window !== undefined && (window[0] !== height || window[1] !== width)) {
    throw notApplicable(`the pooling averages windows of ${window.join(' x ')} of a map of ${height} x ${width}`);
  }
  if (maps.whole(0).length !== channels * height * width) {
    throw notApplicable('the pooling averages tokens that stand for no place too');
  }
  return maps;
}

/** The products of weights and channels on their first principal axis. */
function projected(maps: FeatureMaps, sample: number, weights: Float64Array): Float64Array {
  const places = maps.height * maps.width;
  const products = Float64Array.from(maps.of(sample), (value, at) => value * weights[Math.floor(at / places)]!);
  return principalScores(products, maps.channels);
}

function weightedSum(maps: FeatureMaps, sample: number, weights: Float64Array): Float64Array {
  const { height, width } = maps;
  const places = height * width;
  const values = maps.of(sample);
  const map = new Float64Array(places);
  weights.forEach((weight, channel) => {
    if (weight === 0) return;
    for (let place = 0; place < places; place += 1) map[place]! += weight * values[channel * places + place]!;
  });
  return map;
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
function checkScore({
  data,
  constant,
  score,
  fetched,
  pooling: {
    features: { name },
  },
}: Check): void {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const isHalf = Object.values(fetched).some(({ type }) => type === 'float16');
  const size = data.reduce(
    (most, value) => Math.max(most, Math.abs(value)),
    Math.max(Math.abs(constant), Math.abs(score)),
  );
  if (Math.abs(mean + constant - score) <= (isHalf ? 3e-2 : 1e-3) * size || !Number.isFinite(size)) return;
  const shown = [mean + constant, score].map((value) => value.toPrecision(6));
  throw notApplicable(`the head found behind "${name}" gives ${shown[0]} and the model ${shown[1]}`);
}
