import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OnnxBackend, type OnnxModel } from '@understory/backend-onnx';
import { toFloat32 } from '@understory/core';
import type { Explainer, Objective, Tensor } from '@understory/core';
import { eigenGradCam, gradCam, layerCam, shapleyCam, xGradCam } from '@understory/explain-gradcam';
import { readGolden } from '@understory/testing/node';
import type { Golden } from '@understory/testing/node';

const goldens = fileURLToPath(new URL('../../../fixtures/golden', import.meta.url));

/**
 * Of those whose sign the decomposition happens to have, the projection itself is kept. XGrad-CAM divides by sums of activations, which are almost
 * nothing behind the norm of the transformer: float32 leaves less of them.
 */
const compared: readonly {
  readonly id: string;
  readonly explainer: Explainer;
  readonly isSigned?: boolean;
  readonly tolerance?: number;
}[] = [
  { id: 'eigengradcam', explainer: eigenGradCam, isSigned: true },
  { id: 'gradcam:eigen', explainer: gradCam({ smooth: ['eigen'] }), isSigned: true },
  { id: 'layercam:eigen', explainer: layerCam({ smooth: ['eigen'] }), isSigned: true },
  { id: 'xgradcam:eigen', explainer: xGradCam({ smooth: ['eigen'] }), isSigned: true, tolerance: 1e-3 },
  { id: 'shapleycam', explainer: shapleyCam },
  { id: 'gradcam:augmentation', explainer: gradCam({ smooth: ['augmentation'] }) },
];

describe.each(['resnet-torchscript', 'vit-torchscript'])('%s', (network) => {
  let golden: Golden;
  let model: OnnxModel;
  beforeAll(async () => {
    golden = await readGolden(join(goldens, 'peer-maps', network));
    model = await new OnnxBackend().open({ kind: 'file', path: join(goldens, 'networks', network, 'model.onnx') });
  });
  afterAll(() => model.close());

  it.each(compared)(
    "$id equals pytorch-grad-cam's on every layer",
    async ({ id, explainer, isSigned, tolerance = 1e-4 }) => {
      const feeds = { [model.inputs[0]!.name]: golden.input };
      const index = golden.classes.map((target) => [target]);
      const objective: Objective = { kind: 'score', output: model.outputs[0]!.name, index };
      for (const layer of golden.layers) {
        const maps = await explainer.explain({ model, feeds, objective, layer: layer.tensor });
        const expected = golden.tensor(layer.maps[id]!);
        const size = expected.dims[1]! * expected.dims[2]!;
        maps.forEach(({ height, width, data }, sample) => {
          expect([height, width]).toEqual(expected.dims.slice(1));
          const wanted = toFloat32(expected).subarray(sample * size, (sample + 1) * size);
          const largest = Math.max(...wanted.map(Math.abs));
          const apart = (sign: number) =>
            Math.max(...data.map((value, at) => Math.abs(value - Math.max(sign * wanted[at]!, 0)) / largest));
          expect(isSigned === true ? Math.min(apart(1), apart(-1)) : apart(1)).toBeLessThan(tolerance);
          expect(Math.max(...data)).toBeGreaterThan(0);
        });
      }
    },
  );
});

interface Exported {
  readonly image: string;
  readonly layer: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly cotangents: Readonly<Record<string, string>>;
}

/** What no network of PyTorch's exporters holds: loops of Keras' GRU, channels last, and an LSTM of 8 bits. */
describe.each(['keras-gru-reader', 'keras-ssd', 'keras-detr', 'quantised-reader'])('%s', (network) => {
  it('has the outputs, the gradient of the pixels and the Grad-CAM of the library that exported it', async () => {
    const folder = join(goldens, 'exported', network);
    const golden = (await readGolden(folder)) as Golden & Exported;
    const { image, layer, outputs, cotangents } = golden;
    const named = (names: Exported['outputs']) =>
      Object.fromEntries(
        Object.entries(names).map(([name, from]) => [name, golden.tensor(from) as Tensor<'float32'>] as const),
      );
    const model = await new OnnxBackend().open({ kind: 'file', path: join(folder, 'model.onnx') }, { threads: 1 });
    try {
      const feeds = { [image]: golden.input };
      const objective: Objective = { kind: 'cotangent', cotangents: named(cotangents) };
      const [computed, { gradients }, maps] = [
        await model.run(feeds, Object.keys(outputs)),
        await model.differentiate({ feeds, objective, withRespectTo: [image] }),
        await gradCam.explain({ model, feeds, objective, layer }),
      ];
      // The runtime rounds a few whole numbers to the other neighbour once it has fused operators.
      const isQuantised = network.startsWith('quantised');
      for (const [name, expected] of Object.entries(named(outputs)))
        expect(apart(toFloat32(computed[name]!), expected.data)).toBeLessThan(isQuantised ? 2e-2 : 1e-5);
      const { scale, stride, dims } = golden.entries.find(({ name }) => name === 'inputGradient')!;
      const kept = everyOther(gradients[image]!, stride!, dims);
      // Float16 has 11 bits.
      const expected = toFloat32(golden.tensor('inputGradient')).map((value) => value * scale!);
      expect(apart(kept, expected)).toBeLessThan(5e-4);
      const map = Float32Array.from(maps.flatMap(({ data }) => [...data]));
      expect(apart(map, toFloat32(golden.tensor('gradcam')))).toBeLessThan(1e-4);
      expect(Math.max(...map)).toBeGreaterThan(0);
    } finally {
      await model.close();
    }
  });
});

/** The largest difference as a fraction of the largest number. */
function apart(found: Float32Array, expected: Float32Array): number {
  expect(found).toHaveLength(expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...found.map((value, at) => Math.abs(value - expected[at]!))) / largest;
}

/** Every so many rows and columns of pictures, channels first or last, as many as there are in `dims`. */
function everyOther(whole: Tensor, stride: number, dims: readonly number[]): Float32Array {
  const values = toFloat32(whole);
  const [rows, columns] = whole.dims[1] === 3 ? [2, 3] : [1, 2];
  const steps = whole.dims.map((_, axis) => whole.dims.slice(axis + 1).reduce((product, size) => product * size, 1));
  const sizes = dims.map((_, axis) => dims.slice(axis + 1).reduce((product, size) => product * size, 1));
  return Float32Array.from(
    { length: sizes[0]! * dims[0]! },
    (_, at) =>
      values[
        dims.reduce((place, size, axis) => {
          const index = Math.floor(at / sizes[axis]!) % size;
          return place + index * (axis === rows || axis === columns ? stride : 1) * steps[axis]!;
        }, 0)
      ]!,
  );
}
