import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { toFloat32 } from '@understory/core';
import type { Objective, Tensor } from '@understory/core';
import { listGoldens, readGolden } from '@understory/testing/node';
import type { GoldenEntry } from '@understory/testing/node';

const goldens = await listGoldens(fileURLToPath(new URL('../../..', import.meta.url)));

describe.each(goldens)('$name', ({ folder, model: path }) => {
  const opened = Promise.all([readGolden(folder), new OnnxBackend().open({ kind: 'file', path })]);
  afterAll(async () => (await opened)[1].close());

  it('gives the logits of PyTorch', async () => {
    const [golden, model] = await opened;
    const output = model.outputs[0]!.name;
    const fetched = await model.run({ [model.inputs[0]!.name]: golden.input }, [output]);
    const expected = golden.tensor('logits');
    expect(fetched[output]!.dims).toEqual(expected.dims);
    const logits = toFloat32(expected);
    const largest = logits.reduce((size, logit) => Math.max(size, Math.abs(logit)), 0);
    toFloat32(fetched[output]!).forEach((logit, at) => {
      expect(Math.abs(logit - logits[at]!)).toBeLessThan(2e-4 * largest);
    });
  });

  it.each(['score', 'crossEntropy'] as const)('gives the input gradient of PyTorch: %s', async (kind) => {
    const [golden, model] = await opened;
    const input = model.inputs[0]!.name;
    const output = model.outputs[0]!.name;
    const objective: Objective =
      kind === 'score'
        ? { kind, output, index: golden.classes.map((index) => [index]) }
        : { kind, output, target: golden.crossEntropyTargets ?? golden.classes };
    const { gradients } = await model.differentiate({
      feeds: { [input]: golden.input },
      objective,
      withRespectTo: [input],
    });
    const name = `inputGradient.${kind}`;
    const entry = golden.entries.find((candidate) => candidate.name === name)!;
    const expected = toFloat32(golden.tensor(name)).map((value) => value * (entry.scale ?? 1));
    const found = everyFrom(gradients[input]!, entry);
    expect(found).toHaveLength(expected.length);
    expect(dot(found, expected) / Math.sqrt(dot(found, found) * dot(expected, expected))).toBeGreaterThan(0.99999);
    // The cosine forgets the size.
    const whole = toFloat32(gradients[input]!);
    const norm = entry.norm ?? Math.sqrt(dot(expected, expected));
    expect(Math.sqrt(dot(whole, whole)) / norm).toBeCloseTo(1, 3);
  });
});

/** Every so many rows and columns, as the golden keeps them. */
function everyFrom(gradient: Tensor, { stride = 1 }: GoldenEntry): Float32Array {
  const [, , height = 0, width = 0] = gradient.dims;
  return toFloat32(gradient).filter(
    (_, at) => (Math.floor(at / width) % height) % stride === 0 && (at % width) % stride === 0,
  );
}

function dot(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, at) => sum + value * right[at]!, 0);
}
