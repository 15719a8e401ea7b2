import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OnnxBackend, type OnnxModel } from '@understory/backend-onnx';
import { toFloat32, type Feeds } from '@understory/core';
import { plainGradCam } from '@understory/testing';
import { fixture, readGolden, type Golden } from './golden.ts';

const names = ['mdetr', 'vilt', 'grounding-dino', 'owl-vit', 'relation-network', 'relation-network-vector'];

/** The largest difference, relative to the largest element that is finite. */
function apart(actual: Float32Array, expected: Float32Array): number {
  expect(actual).toHaveLength(expected.length);
  let [most, largest] = [0, 0];
  for (const [at, value] of expected.entries()) {
    if (!Number.isFinite(value)) expect(actual[at]).toBe(value);
    else {
      most = Math.max(most, Math.abs(actual[at]! - value));
      largest = Math.max(largest, Math.abs(value));
    }
  }
  return most / largest;
}

describe.each(names)('%s', (name) => {
  let model: OnnxModel;
  let golden: Golden;
  const fed = (feeds: Feeds): Feeds =>
    Object.fromEntries(Object.entries(feeds).filter(([input]) => model.inputs.some((each) => each.name === input)));

  beforeAll(async () => {
    golden = await readGolden(name);
    model = await new OnnxBackend().open({ kind: 'file', path: `${fixture(name)}/model.onnx` });
  });
  afterAll(() => model.close());

  it('says what PyTorch says, of a picture with and without padding', async () => {
    for (const { feeds, outputs } of golden.cases) {
      const actual = await model.run(fed(feeds), Object.keys(outputs));
      for (const [output, expected] of Object.entries(outputs)) {
        expect([output, apart(toFloat32(actual[output]!), expected.data) < 1e-5]).toEqual([output, true]);
      }
    }
  });

  it("has PyTorch's Grad-CAM of every number", async () => {
    for (const { feeds, outputs, layer, maps } of golden.cases) {
      for (const { name: number, value, objective, map } of maps) {
        const asked = objective((output) => outputs[output]!.dims);
        const {
          value: actual,
          gradients,
          fetched,
        } = await model.differentiate({
          ...{ feeds: fed(feeds), objective: asked, withRespectTo: [layer], fetch: [layer] },
        });
        expect(actual[0]).toBeCloseTo(value, 3);
        const [found] = plainGradCam(fetched[layer]!, gradients[layer]!);
        expect([number, apart(Float32Array.from(found!), map) < 1e-4]).toEqual([number, true]);
      }
    }
  });
});
