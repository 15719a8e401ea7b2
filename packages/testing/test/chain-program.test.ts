import { describe, expect, it } from '@jest/globals';
import { expression as e, float32, tensor, type Program, type Tensor } from '@understory/core';
import {
  ChainModel,
  expressionCases,
  expressionFeeds,
  expressionInputs,
  expressionSamples,
  expressionWeights,
  linear,
  relu,
  weightedTotal,
  type ExpressionSample,
} from '@understory/testing';

/** y = relu(x) W of two numbers and three classes. */
const model = new ChainModel({
  input: [2],
  steps: [
    relu('h'),
    linear(
      'y',
      [
        [1, -4],
        [2, 5],
        [3, 6],
      ],
      [0, 0, 0],
    ),
  ],
});
const values = (of: Tensor | undefined) => Array.from(of!.data as Float32Array);
const near = (expected: readonly number[], digits: number) =>
  expected.map((value) => expect.closeTo(value, digits) as unknown as number);
const pixels = (...rows: readonly (readonly number[])[]) => float32(Float32Array.from(rows.flat()), [rows.length, 2]);
const own: Pick<Program, 'inputs' | 'feeds'> = {
  inputs: [
    { name: 'pixels', type: 'float32', dims: ['N', 2] },
    { name: 'class', type: 'int64', dims: ['N'] },
  ],
  feeds: { pixels: e.multiply(e.input('pixels'), 2) },
};
const score = e.pick(e.tensor('y'), e.input('class'));

describe('expressions in float64', () => {
  it.each(expressionCases)('$name, and its gradient', async (one) => {
    const program = await model.compile({
      inputs: [own.inputs[0]!, ...expressionInputs],
      feeds: own.feeds,
      objective: weightedTotal(one),
      outputs: { y: one.expression, a: e.gradient('a'), b: e.gradient('b'), row: e.gradient('row') },
    });
    const samples = expressionSamples(3, 2);
    const found = await program.run({ ...expressionFeeds(samples), pixels: pixels([0, 0], [0, 0], [0, 0]) });
    expect(found['y']!.dims).toEqual([3, ...one.dims]);
    expect(values(found['y'])).toEqual(near(samples.flatMap(one.expected), 6));
    const weights = expressionWeights(one);
    const total = (sample: ExpressionSample) =>
      one.expected(sample).reduce((sum, value, at) => sum + value * weights[at]!, 0);
    for (const name of ['a', 'b', 'row'] as const) {
      const slopes = samples.flatMap((sample) =>
        sample[name].map((value, at) => {
          const moved = (by: number) => total({ ...sample, [name]: sample[name].with(at, value + by) });
          return (moved(1e-5) - moved(-1e-5)) / 2e-5;
        }),
      );
      expect(values(found[name])).toEqual(near(slopes, 5));
    }
  });

  it.each([
    ['minimum', e.minimum(e.input('pixels'), e.constant(float32(Float32Array.of(1, 1), [1, 2]))), [0.5, 0.5]],
    ['maximum', e.maximum(e.input('pixels'), 1), [0.5, 0.5]],
    ['largest', e.largest(e.input('pixels'), [1]), [0.5, 0.5]],
    ['absolute at zero', e.absolute(e.subtract(e.input('pixels'), 1)), [0, 0]],
  ])('shares the gradient of %s evenly where operands tie', async (_, of, expected) => {
    const objective = e.reshape(e.sum(of, [1]), []);
    const program = await model.compile({ ...own, objective, outputs: { gradient: e.gradient('pixels') } });
    const { gradient } = await program.run({
      pixels: pixels([1, 1]),
      class: tensor('int64', BigInt64Array.of(0n), [1]),
    });
    expect(values(gradient)).toEqual(expected);
  });
});

describe('ChainProgram', () => {
  it('goes through feeds and steps and back', async () => {
    const program = await model.compile({
      ...own,
      objective: score,
      outputs: {
        gradient: e.gradient('pixels'),
        objective: e.objective(),
        h: e.tensor('h'),
        next: e.add(e.input('pixels'), e.sign(e.gradient('pixels'))),
        class: e.input('class'),
      },
    });
    const fed = { pixels: pixels([1, -1], [2, 3]), class: tensor('int64', BigInt64Array.of(0n, 1n), [2]) };
    const found = await program.run(fed);
    expect(values(found['objective'])).toEqual([2, 38]);
    expect(values(found['h'])).toEqual([2, 0, 4, 6]);
    expect(values(found['gradient'])).toEqual([2, 0, 4, 10]);
    expect(values(found['next'])).toEqual([2, -1, 3, 4]);
    expect(found['class']).toBe(fed.class);
  });

  it('says what is wrong with shapes before it runs', async () => {
    const wide = { ...own, outputs: { y: e.reshape(e.tensor('y'), [2]) } };
    await expect(model.compile(wide)).rejects.toMatchObject({ code: 'PROGRAM_INVALID', found: '[1, 3] beside [1, 2]' });
    const sideways = { ...own, outputs: { y: e.add(e.tensor('y'), e.input('pixels')) } };
    await expect(model.compile(sideways)).rejects.toMatchObject({ code: 'PROGRAM_INVALID' });
    const narrow = { ...own, feeds: { pixels: e.take(e.input('pixels'), 1, [0]) }, outputs: { y: e.tensor('y') } };
    await expect(model.compile(narrow)).rejects.toMatchObject({
      code: 'PROGRAM_INVALID',
      found: '[1, 1] for "pixels"',
    });
    const computed = { ...own, outputs: { y: e.pick(e.tensor('y'), e.reshape(e.input('class'), [])) } };
    await expect(model.compile(computed)).rejects.toMatchObject({ code: 'PROGRAM_INVALID' });
  });

  it('refuses classes that are not there', async () => {
    const program = await model.compile({ ...own, outputs: { y: score } });
    const fed = { pixels: pixels([1, 1]), class: tensor('int64', BigInt64Array.of(3n), [1]) };
    await expect(program.run(fed)).rejects.toMatchObject({ code: 'CLASS_OUT_OF_RANGE' });
  });
});
