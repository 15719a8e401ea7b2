import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { toFloat32 } from '@understory/core';
import type { Objective } from '@understory/core';
import { cam } from '@understory/explain-cam';
import { gradCam } from '@understory/explain-gradcam';
import { listGoldens, readGolden } from '@understory/testing/node';

const found = await listGoldens(fileURLToPath(new URL('../../..', import.meta.url)));
const goldens = await Promise.all(found.map(async (place) => ({ ...place, golden: await readGolden(place.folder) })));
const withCam = goldens.filter(({ golden }) => golden.cam !== null);
const withoutCam = goldens.filter(({ golden }) => golden.cam === null);

const request = async (path: string, { classes, input }: (typeof goldens)[number]['golden']) => {
  const model = await new OnnxBackend().open({ kind: 'file', path });
  const index = classes.map((target) => [target]);
  const objective: Objective = { kind: 'score', output: model.outputs[0]!.name, index };
  return { model, feeds: { [model.inputs[0]!.name]: input }, objective };
};

function minMax(values: ArrayLike<number>): number[] {
  const low = Math.min(...Array.from(values));
  const high = Math.max(...Array.from(values));
  return Array.from(values, (value) => (value - low) / (high - low));
}

const largest = (left: readonly number[], right: readonly number[]) =>
  Math.max(...left.map((value, place) => Math.abs(value - right[place]!)));

describe.each(withCam)('$name', ({ model: path, golden }) => {
  const opened = request(path, golden);
  afterAll(async () => (await opened).model.close());
  const reference = toFloat32(golden.tensor(golden.cam!.map));
  const size = reference.length / golden.classes.length;

  if (golden.network === 'squeezenet') {
    it('gives what is pooled for a class: the weighted map with its bias, rectified', async () => {
      const asked = await opened;
      const maps = await cam.explain(asked);
      const convolution = asked.model.graph.nodes.findLast(({ operator }) => operator === 'Conv')!;
      const bias = asked.model.graph.constant(convolution.inputs[2]!)!;
      maps.forEach((map, sample) => {
        const offset = Number(bias.data[golden.classes[sample]!]);
        const expected = Array.from(reference.subarray(sample * size, (sample + 1) * size), (value) =>
          Math.max(0, value + offset),
        );
        expect(largest(minMax(map.data), minMax(expected))).toBeLessThan(1e-4);
      });
    });
  } else {
    it('equals PyTorch', async () => {
      const maps = await cam.explain(await opened);
      maps.forEach((map, sample) => {
        const expected = reference.subarray(sample * size, (sample + 1) * size);
        expect([map.height, map.width]).toEqual(golden.tensor(golden.cam!.map).dims.slice(1));
        expect(map.layer).toBe(golden.cam!.tensor);
        expect(largest(minMax(map.data), minMax(expected))).toBeLessThan(1e-4);
        expect(Math.max(...map.data) / Math.max(...expected)).toBeCloseTo(1, 3);
      });
    });
  }

  it('is Grad-CAM at the pooled layer up to a positive scale, after ReLU', async () => {
    const asked = await opened;
    const maps = await cam.explain(asked);
    const graded = await gradCam.explain({ ...asked, layer: maps[0]!.layer! });
    maps.forEach((map, sample) => {
      const rectified = Array.from(map.data, (value) => Math.max(0, value));
      expect(largest(minMax(rectified), minMax(graded[sample]!.data))).toBeLessThan(1e-4);
    });
  });
});

describe.each(withoutCam)('$name', ({ name, model: path, golden }) => {
  it('is refused for a reason', async () => {
    const asked = await request(path, golden);
    await expect(cam.explain(asked)).rejects.toMatchObject({
      code: 'CAM_NOT_APPLICABLE',
      found: expect.stringMatching(reasons[name.replace(/-(dynamo|torchscript)$/, '')]!),
    });
    await asked.model.close();
  });
});

const reasons: Readonly<Record<string, RegExp>> = {
  vgg: /^Relu ".*" stands in front of "logits", and no average over all places/,
  'mobilenet-v3': /^HardSwish ".*" stands between the pooling and "logits"/,
  shuffled: /^Concat ".*" stands between the pooling and "logits"/,
  vit: /^Gather ".*" stands in front of "logits", and no average over all places/,
  swin: /^Gather ".*" stands between the pooling and "logits"/,
  clip: /^MatMul ".*" stands in front of "logits", and no average over all places/,
  detr: /^Gather ".*" stands in front of "logits", and no average over all places/,
};
