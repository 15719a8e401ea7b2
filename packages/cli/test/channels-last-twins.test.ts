import { describe, expect, it, jest } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { TfjsBackend } from '@understory/backend-tfjs';
import {
  type Explainer,
  float32,
  type HeatMap,
  type Model,
  type Objective,
  seededRandom,
  type Tensor,
  toFloat32,
} from '@understory/core';
import { cam } from '@understory/explain-cam';
import { gradCam, gradCamPlusPlus, hiResCam, layerCam, xGradCam } from '@understory/explain-gradcam';
import { ablationCam, scoreCam } from '@understory/explain-perturbation';
import { channelsLast, graphModel, imageSize, layersModel, plain } from './support/twins.ts';

jest.setTimeout(60_000);

const explainers: Readonly<Record<string, Explainer>> = {
  cam,
  gradCam,
  gradCamPlusPlus,
  hiResCam,
  layerCam,
  xGradCam,
  scoreCam: scoreCam(),
  ablationCam: ablationCam(),
};

const [height, width, channels] = imageSize;
const random = seededRandom('pictures');
const pictures = Float32Array.from({ length: 2 * height * width * channels }, () => random.normal());
const last = float32(pictures, [2, height, width, channels]);
const first = float32(
  pictures.map((_, at) => {
    const [sample, rest] = [Math.floor(at / (height * width * channels)), at % (height * width * channels)];
    const [channel, place] = [Math.floor(rest / (height * width)), rest % (height * width)];
    return pictures[(sample * height * width + place) * channels + channel]!;
  }),
  [2, channels, height, width],
);

async function mapsOf(model: Model, image: Tensor) {
  const feeds = { [model.inputs[0]!.name]: image };
  const output = model.outputs[0]!.name;
  const objective: Objective = { kind: 'score', output, index: [[1], [3]] };
  const maps: Record<string, readonly HeatMap[]> = {};
  for (const [name, explainer] of Object.entries(explainers))
    maps[name] = await explainer.explain({ model, feeds, objective });
  const scores = [...toFloat32((await model.run(feeds, [output]))[output]!)];
  await model.close();
  return { maps, scores };
}

const expected = new OnnxBackend().open(plain).then((model) => mapsOf(model, first));

function expectClose(found: ArrayLike<number>, wanted: ArrayLike<number>): void {
  const most = Math.max(...Array.from(wanted, Math.abs));
  expect(found).toHaveLength(wanted.length);
  expect(Math.max(...Array.from(wanted, (value, at) => Math.abs(value - found[at]!))) / most).toBeLessThan(1e-5);
}

async function expectTwin(model: Model): Promise<void> {
  const [found, wanted] = [await mapsOf(model, last), await expected];
  expectClose(found.scores, wanted.scores);
  for (const name of Object.keys(explainers)) {
    for (const [sample, map] of found.maps[name]!.entries()) {
      expect([name, map.height, map.width]).toEqual([name, 5, 7]);
      expect(Math.max(...wanted.maps[name]![sample]!.data)).toBeGreaterThan(0);
      expectClose(map.data, wanted.maps[name]![sample]!.data);
    }
  }
}

describe('a network with channels last is explained as its twin with channels first', () => {
  it.each(Object.entries(channelsLast))('%s', async (_, source) => {
    await expectTwin(await new OnnxBackend().open(source));
  });

  it.each([
    ['graph', graphModel],
    ['layers', layersModel],
  ] as const)('as a TensorFlow.js %s model', async (_, source) => {
    await expectTwin(await new TfjsBackend().open(source(), { devices: ['cpu'] }));
  });

  it.each(Object.entries(channelsLast))('%s, read by TensorFlow.js', async (_, source) => {
    await expectTwin(await new TfjsBackend().open(source, { devices: ['cpu'] }));
  });
});
