import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { elementCount, float32, seededRandom, toFloat32, type Objective } from '@understory/core';

const network = (name: string) =>
  fileURLToPath(new URL(`../../../fixtures/golden/networks/${name}-torchscript/model.onnx`, import.meta.url));

const random = seededRandom('hessian');
const dims = [2, 3, 32, 32];
const draw = () =>
  float32(
    Float32Array.from({ length: elementCount(dims) }, () => random.normal()),
    dims,
  );
const lengthOf = (values: Float32Array) => Math.hypot(...values);

describe.each(['vit', 'swin', 'efficientnet'])('%s, which has no kinks', (name) => {
  it('is the derivative of the gradient along the direction', async () => {
    const model = await new OnnxBackend().open({ kind: 'file', path: network(name) });
    const [input, output] = [model.inputs[0]!.name, model.outputs[0]!.name];
    const objective: Objective = { kind: 'crossEntropy', output, target: [1, 2] };
    const [images, direction] = [draw(), draw()];
    const gradientAt = async (distance: number) => {
      const moved = images.data.map((value, at) => value + distance * direction.data[at]!);
      const feeds = { [input]: float32(moved, dims) };
      const { gradients } = await model.differentiate({ feeds, objective, withRespectTo: [input] });
      return toFloat32(gradients[input]!);
    };
    const product = await model.hessianProduct({
      ...{ feeds: { [input]: images }, objective, withRespectTo: input, direction },
    });
    const step = 0.003;
    const across = async (distance: number) => {
      const [ahead, behind] = [await gradientAt(distance), await gradientAt(-distance)];
      return ahead.map((value, at) => value - behind[at]!);
    };
    const [near, far] = [await across(step), await across(2 * step)];
    const differences = near.map((value, at) => (8 * value - far[at]!) / (12 * step));
    const found = toFloat32(product);
    expect(product.dims).toEqual(dims);
    expect(lengthOf(found)).toBeGreaterThan(1e-3);
    expect(lengthOf(found.map((value, at) => value - differences[at]!)) / lengthOf(found)).toBeLessThan(0.01);
    await model.close();
  });
});

it('refuses a direction of another shape', async () => {
  const model = await new OnnxBackend().open({ kind: 'file', path: network('vit') });
  const [input, output] = [model.inputs[0]!.name, model.outputs[0]!.name];
  const request = {
    feeds: { [input]: draw() },
    objective: { kind: 'crossEntropy', output, target: [1, 2] },
    withRespectTo: input,
    direction: float32(new Float32Array(12), [2, 6]),
  } as const;
  await expect(model.hessianProduct(request)).rejects.toMatchObject({ code: 'FEEDS_INVALID' });
  await model.close();
});
