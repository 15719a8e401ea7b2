import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { float32, seededRandom } from '@understory/core';
import type { Feeds, HeatMap, MetricRequest, Model, Tensors } from '@understory/core';
import { ChainModel, flatten, linear, pointwiseConvolution, relu } from '@understory/testing';
import type { ChainStep } from '@understory/testing';

const root = new URL('../../../../', import.meta.url);

/** Folders that may not be there are looked for beside the repository. */
const shared = process.env['UNDERSTORY_SHARED'] ?? fileURLToPath(new URL('../shared', root));

/** Files with real networks; the shared one may be absent. */
export const resNet20 = `${shared}/models/cifar10-resnet20.onnx`;
export const hasResNet20 = existsSync(resNet20);
export const efficientNet = fileURLToPath(new URL('packages/zoo/models/efficientnet-lite0/onnx/model.onnx', root));
export const cifarNet = fileURLToPath(new URL('packages/zoo/models/cifar10-resnet/onnx/model.onnx', root));
export const goldens = fileURLToPath(new URL('fixtures/golden', root));

export function randomNumbers(length: number, seed: string, scale = 1): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length }, () => scale * random.normal());
}

export function mapOf(height: number, width: number, data: ArrayLike<number>): HeatMap {
  return { height, width, data: Float32Array.from(data) };
}

export interface Tiny {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly classes: number;
}

export const tinySize: Tiny = { channels: 2, height: 6, width: 7, classes: 3 };

/** A network of three classes in which every pixel counts for something else; `closing` steps follow its logits. */
export function tinyModel(
  { channels, height, width, classes }: Tiny = tinySize,
  seed = 'tiny',
  closing: readonly ChainStep[] = [],
): ChainModel {
  const random = seededRandom(seed);
  const matrix = (rows: number, columns: number, scale: number) =>
    Array.from({ length: rows }, () => Array.from({ length: columns }, () => scale * random.normal()));
  return new ChainModel({
    input: [channels, height, width],
    steps: [
      pointwiseConvolution('conv', matrix(4, channels, 1), [0.1, -0.2, 0.3, 0]),
      relu('features'),
      flatten('flat'),
      linear(
        'logits',
        matrix(classes, 4 * height * width, 0.2),
        Array.from({ length: classes }, () => random.normal()),
      ),
      ...closing,
    ],
  });
}

/** A request on the tiny network: `samples` pictures, each with its own class and map. */
export function tinyRequest(samples = 3, size = tinySize, parts: Partial<MetricRequest> = {}): MetricRequest {
  const { channels, height, width, classes } = size;
  return {
    model: tinyModel(size),
    feeds: {
      pixels: float32(randomNumbers(samples * channels * height * width, 'pictures'), [
        samples,
        channels,
        height,
        width,
      ]),
    },
    objective: { kind: 'score', output: 'logits', index: Array.from({ length: samples }, (_, at) => [at % classes]) },
    maps: Array.from({ length: samples }, (_, at) => mapOf(3, 4, randomNumbers(12, `map ${at}`))),
    seed: 5,
    ...parts,
  };
}

/** The same model, with a look at what it is asked to run. */
export function watched(model: Model, onRun: (feeds: Feeds, fetch: readonly string[]) => void): Model {
  return {
    inputs: model.inputs,
    outputs: model.outputs,
    layers: model.layers,
    origin: model.origin,
    ...(model.graph && { graph: model.graph }),
    run(feeds, fetch): Promise<Tensors> {
      onRun(feeds, fetch);
      return model.run(feeds, fetch);
    },
    close: () => model.close(),
  };
}
