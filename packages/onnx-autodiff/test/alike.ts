import { expect } from '@jest/globals';
import { DifferentiableGraph, type Constant } from '../src/index.ts';
import { execute } from './execute.ts';
import { gradientsOf, graphOf, type Network } from './gradients-of.ts';

export const tensor = (
  dims: readonly number[],
  value: (at: number) => number,
  type: Constant['type'] = 'float32',
): Constant => ({
  ...{ type, dims },
  values: Array.from({ length: dims.reduce((a, b) => a * b) }, (_, at) => value(at)),
});
/** A sine of some height. */
export const wave = (scale: number, shift: number) => (at: number) => Math.sin(at * 1.7 + shift) * scale;
/** A sine in whole numbers around a zero point. */
export const whole =
  (scale: number, shift: number, zero = 0) =>
  (at: number) =>
    Math.round(wave(scale, shift)(at)) + zero;

const farthest = (a: Constant, b: Constant) =>
  Math.max(...Array.from(a.values, (value, at) => Math.abs(value - b.values[at]!)));
const largest = (a: Constant) => Math.max(...Array.from(a.values, Math.abs));

/** Both networks have the same output, and the same gradients with respect to what is named. */
export async function expectAlike(
  one: Network,
  other: Network,
  names: readonly string[],
  dims: readonly number[],
  step = 0,
) {
  const [ours, theirs] = await Promise.all(
    [one, other].map(async (network) => (await execute(graphOf(network).encode(), network.inputs, ['y']))['y']!),
  );
  expect(ours!.dims).toEqual(dims);
  await expectInferred(one);
  // Rounding in whole numbers and in floats may differ by a step.
  expect(farthest(ours!, theirs!)).toBeLessThan(step + 1e-4 * largest(theirs!));
  const cotangent = tensor(dims, wave(1, 2));
  const [gradients, expected] = [await gradientsOf(one, names, cotangent), await gradientsOf(other, names, cotangent)];
  for (const name of names) {
    expect(gradients[name]!.dims).toEqual(expected[name]!.dims);
    expect(largest(expected[name]!)).toBeGreaterThan(1e-3);
    expect([name, farthest(gradients[name]!, expected[name]!) / largest(expected[name]!)]).toEqual([
      name,
      expect.closeTo(0, 4),
    ]);
  }
}

/** What is known ahead of every tensor is what it is once it was computed. */
async function expectInferred(network: Network): Promise<void> {
  const { inference } = new DifferentiableGraph(graphOf(network));
  const names = network.nodes.flatMap(({ outputs }) => outputs);
  const known = names.map((name) => inference.value(name));
  const all = graphOf(network).with({ outputs: known });
  const ran = await execute(all.encode(), network.inputs, names);
  expect(known.map(({ name, type, shape }) => [name, type, shape])).toEqual(
    names.map((name) => [name, ran[name]!.type, ran[name]!.dims]),
  );
}
