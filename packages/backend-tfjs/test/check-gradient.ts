import {
  elementCount,
  float32,
  seededRandom,
  toFloat32,
  type DifferentiableModel,
  type TensorSpec,
} from '@understory/core';

/** Where the numbers of an input lie: all over, above zero, or close to zero on both sides. */
export type Range = 'any' | 'positive' | 'small';

/** Numbers no two of which are close to each other, in no order: nothing changes places where they are moved a little. */
export function apart(dims: readonly number[], range: Range): Float32Array {
  const count = elementCount(dims);
  const random = seededRandom('places');
  const order = Array.from({ length: count }, (_, at) => at)
    .map((at) => ({ at, key: random.normal() }))
    .sort((left, right) => left.key - right.key)
    .map(({ at }) => at);
  return Float32Array.from(order, (place) => {
    // Never at zero, where ReLUs bend.
    const share = (place + 0.3) / count;
    if (range === 'positive') return 0.5 + 2 * share;
    return (range === 'small' ? 1.6 : 4) * (share - 0.5);
  });
}

/** How far the gradient of a random weighted sum of the output is from finite differences, as a share of its size. */
export async function gradientError(
  model: DifferentiableModel,
  dims: readonly number[],
  range: Range,
): Promise<number> {
  const [{ name: input }] = model.inputs as readonly [TensorSpec];
  const [{ name: output }] = model.outputs as readonly [TensorSpec];
  const values = apart(dims, range);
  const random = seededRandom('directions');
  const run = async (data: Float32Array) => (await model.run({ [input]: float32(data, dims) }, [output]))[output]!;
  const first = await run(values);
  const weights = Float32Array.from({ length: first.data.length }, () => random.normal());
  const { gradients } = await model.differentiate({
    feeds: { [input]: float32(values, dims) },
    objective: { kind: 'cotangent', cotangents: { [output]: float32(weights, first.dims) } },
    withRespectTo: [input],
  });
  const gradient = gradients[input]!.data as Float32Array;
  const length = Math.sqrt(gradient.reduce((sum, one) => sum + one * one, 0));
  let worst = 0;
  for (let round = 0; round < 3; round += 1) {
    const drawn = Float64Array.from(values, () => random.normal());
    const norm = Math.sqrt(drawn.reduce((sum, one) => sum + one * one, 0));
    const direction = drawn.map((one) => one / norm);
    const total = async (distance: number) => {
      const moved = await run(values.map((value, at) => value + distance * direction[at]!));
      return toFloat32(moved).reduce((sum, one, at) => sum + one * weights[at]!, 0);
    };
    const step = 0.01;
    const near = (await total(step)) - (await total(-step));
    const far = (await total(2 * step)) - (await total(-2 * step));
    const numeric = (8 * near - far) / (12 * step);
    const analytic = direction.reduce((sum, one, at) => sum + one * gradient[at]!, 0);
    worst = Math.max(
      worst,
      Math.abs(numeric - analytic) / Math.max(Math.abs(numeric), length / Math.sqrt(values.length)),
    );
  }
  return worst;
}
