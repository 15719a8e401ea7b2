import { describe, expect, it } from '@jest/globals';
import { float32, maskOfBoxes } from '@understory/core';
import type { Box, Feeds, HeatMap, Measurement, Metric, MetricRequest, Model, Objective } from '@understory/core';
import * as metrics from '../src/index.ts';
import { mapOf, randomNumbers, tinyModel, watched } from './support/networks.ts';
import type { Tiny } from './support/networks.ts';

interface Orientation {
  readonly transposed: boolean;
  readonly rows: boolean;
  readonly columns: boolean;
}

const both = [false, true];
const orientations: readonly Orientation[] = both.flatMap((transposed) =>
  both.flatMap((rows) => both.map((columns) => ({ transposed, rows, columns }))),
);

interface Plane {
  readonly height: number;
  readonly width: number;
  readonly data: Float32Array;
}

/** Transposed, then flipped. */
function turned({ height, width, data }: Plane, { transposed, rows, columns }: Orientation): Plane {
  const [tall, wide] = transposed ? [width, height] : [height, width];
  const moved = new Float32Array(data.length);
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const [y, x] = transposed ? [column, row] : [row, column];
      moved[(rows ? tall - 1 - y : y) * wide + (columns ? wide - 1 - x : x)] = data[row * width + column]!;
    }
  }
  return { height: tall, width: wide, data: moved };
}

/** What undoes it: flipped, then transposed. */
function turnedBack(plane: Plane, { transposed, rows, columns }: Orientation): Plane {
  const flipped = turned(plane, { transposed: false, rows, columns });
  return transposed ? turned(flipped, { transposed, rows: false, columns: false }) : flipped;
}

function turnedBox(box: Box, { height, width }: Tiny, { transposed, rows, columns }: Orientation): Box {
  const moved = transposed ? { x: box.y, y: box.x, width: box.height, height: box.width } : box;
  const [tall, wide] = transposed ? [width, height] : [height, width];
  return {
    ...moved,
    x: columns ? wide - moved.x - moved.width : moved.x,
    y: rows ? tall - moved.y - moved.height : moved.y,
  };
}

/** Each channel of each sample turned. */
function turnedPixels(feeds: Feeds, turn: (plane: Plane) => Plane): Feeds {
  const { data, dims } = feeds['pixels']!;
  const [samples = 0, channels = 0, height = 0, width = 0] = dims;
  const planes = Array.from({ length: samples * channels }, (_, at) =>
    turn({ height, width, data: (data as Float32Array).slice(at * height * width, (at + 1) * height * width) }),
  );
  const joined = Float32Array.from(planes.flatMap((plane) => [...plane.data]));
  return { pixels: float32(joined, [samples, channels, planes[0]!.height, planes[0]!.width]) };
}

/** A network that sees the turned picture as the other sees the picture. */
function turnedModel(model: Model, orientation: Orientation): Model {
  const undo = (plane: Plane) => turnedBack(plane, orientation);
  const { dims = [], ...input } = model.inputs[0]!;
  const [batch = 'N', channels = 1, height = 1, width = 1] = dims;
  return {
    ...watched(model, () => {}),
    inputs: [{ ...input, dims: orientation.transposed ? [batch, channels, width, height] : dims }],
    run: (feeds, fetch) => model.run(turnedPixels(feeds, undo), fetch),
    ...(model.randomised && {
      weightedLayers: model.weightedLayers!,
      randomised: async (options) => turnedModel(await model.randomised!(options), orientation),
    }),
  };
}

/** A network whose weights may be re-initialised: another one of its form. */
function network(size: Tiny): Model {
  return {
    ...watched(tinyModel(size), () => {}),
    weightedLayers: ['features', 'logits'],
    randomised: async ({ layers }) => watched(tinyModel(size, layers.join()), () => {}),
  };
}

const score: Objective = { kind: 'score', output: 'logits', index: [[0], [1]] };

/** How bright each place is and what the network says of the picture as a whole, nothing where that is little, as behind a ReLU. */
async function mapsOf(model: Model, feeds: Feeds, objective = score): Promise<readonly HeatMap[]> {
  const { data, dims } = feeds['pixels']!;
  const [samples = 0, channels = 0, height = 0, width = 0] = dims;
  const { logits } = await model.run(feeds, ['logits']);
  return Array.from({ length: samples }, (_, sample) => {
    // Of the first class for either sample, unless another objective is asked for.
    const target = objective.kind === 'score' && objective !== score ? objective.index[sample]![0]! : 0;
    const said = (logits!.data as Float32Array)[sample * 3 + target]!;
    const plane = (data as Float32Array).slice(sample * channels * height * width).subarray(0, height * width);
    return mapOf(
      height,
      width,
      plane.map((value) => Math.max(0, Math.round(2 * (value + 0.1 * said)))),
    );
  });
}

async function requestFor(size: Tiny): Promise<MetricRequest> {
  const { channels, height, width } = size;
  const model = network(size);
  const feeds = { pixels: float32(randomNumbers(2 * channels * height * width, 'seen'), [2, channels, height, width]) };
  const boxes = [[{ x: 1, y: 0, width: 3, height: 2 }], [{ x: 2, y: 3, width: 2, height: 3 }]];
  return {
    model,
    feeds,
    objective: score,
    maps: await mapsOf(model, feeds),
    boxes,
    objects: boxes.map((own) => maskOfBoxes(own, size)),
    explain: ({ model: changed = model, feeds: own = feeds, objective }) => mapsOf(changed, own, objective),
    seed: 3,
  };
}

function turnedRequest(request: MetricRequest, size: Tiny, orientation: Orientation): MetricRequest {
  const turn = (plane: Plane) => turned(plane, orientation);
  const model = turnedModel(request.model, orientation);
  const feeds = turnedPixels(request.feeds, turn);
  const boxes = request.boxes!.map((own) => own.map((box) => turnedBox(box, size, orientation)));
  const [tall, wide] = orientation.transposed ? [size.width, size.height] : [size.height, size.width];
  return {
    ...request,
    ...{ model, feeds, maps: request.maps.map(turn), boxes },
    objects: boxes.map((own) => maskOfBoxes(own, { height: tall, width: wide })),
    explain: ({ model: changed = model, feeds: own = feeds, objective }) => mapsOf(changed, own, objective),
  };
}

const cases: readonly (readonly [string, () => Metric])[] = [
  ['deletion', () => metrics.deletion({ score: 'logit', steps: 10 })],
  ['deletion with imputation', () => metrics.deletion({ score: 'logit', perturbation: 'imputation', steps: 5 })],
  ['deletion, ascending', () => metrics.deletion({ order: 'ascending', score: 'probability', steps: 7 })],
  ['deletion in a random order', () => metrics.deletion({ order: 'random', score: 'probability', steps: 7 })],
  ['insertion', () => metrics.insertion({ steps: 10 })],
  ['road', () => metrics.road({ noise: 0.2, steps: 4 })],
  ['average-drop', () => metrics.averageDrop()],
  ['increase-in-confidence', () => metrics.increaseInConfidence()],
  ['pointing-game', () => metrics.pointingGame({ tolerance: 0 })],
  ['relevance-mass-accuracy', () => metrics.relevanceMassAccuracy()],
  ['relevance-rank-accuracy', () => metrics.relevanceRankAccuracy()],
  ['attribution-localisation', () => metrics.attributionLocalisation({ weighted: true })],
  ['top-k-intersection', () => metrics.topKIntersection({ pixels: 25 })],
  ['max-sensitivity', () => metrics.maxSensitivity({ radius: 0.3, draws: 3 })],
  ['faithfulness-correlation', () => metrics.faithfulnessCorrelation({ subset: 6, draws: 8 })],
  ['faithfulness-estimate', () => metrics.faithfulnessEstimate({ steps: 7, perturbation: 'channel-mean' })],
  ['monotonicity', () => metrics.monotonicity({ steps: 4 })],
  ['monotonicity-correlation', () => metrics.monotonicityCorrelation({ steps: 8, draws: 2 })],
  ['infidelity', () => metrics.infidelity({ patch: 1 })],
  ['region-perturbation', () => metrics.regionPerturbation({ patch: 1, regions: 12 })],
  ['local-lipschitz', () => metrics.localLipschitz({ deviation: 0.4, draws: 3 })],
  ['complexity', () => metrics.complexity()],
  ['effective-complexity', () => metrics.effectiveComplexity({ threshold: 0.3 })],
  ['sparseness', () => metrics.sparseness()],
  ['random-logit', () => metrics.randomLogit({ draws: 2 })],
  ['sanity', () => metrics.sanity({ stages: 2 })],
  ['sanity by structural similarity', () => metrics.sanity({ stages: 2, similarity: 'ssim' })],
];

describe.each([
  { channels: 2, height: 6, width: 7, classes: 3 },
  { channels: 2, height: 8, width: 8, classes: 3 },
])('of a picture with $height x $width pixels, turned with the network in all eight ways', (size) => {
  it.each(cases)('%s is the same', async (_, create) => {
    const metric = create();
    const request = await requestFor(size);
    // Ties are there, or nothing would be shown.
    for (const { data } of request.maps) expect(data.filter((value) => value === 0).length).toBeGreaterThan(10);
    const expected = await metric.evaluate(request);
    for (const { value } of expected) expect(value).toBeDefined();
    for (const orientation of orientations) {
      const found = await metric.evaluate(turnedRequest(request, size, orientation));
      found.forEach((measurement: Measurement, sample) => {
        expect(measurement.value).toBeCloseTo(expected[sample]!.value!, 4);
        measurement.curve?.y.forEach((y, at) => expect(y).toBeCloseTo(expected[sample]!.curve!.y[at]!, 4));
      });
    }
  });
});
