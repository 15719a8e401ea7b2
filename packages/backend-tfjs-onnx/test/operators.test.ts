import { describe, expect, it } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { TfjsBackend } from '@understory/backend-tfjs';
import {
  elementCount,
  float32,
  seededRandom,
  toFloat32,
  type DifferentiableModel,
  type Tensor,
} from '@understory/core';
import { operators } from '../src/operators/index.ts';
import { engines } from './engines.ts';
import { fedNames, modelOf, type Row } from './model.ts';
import { rows } from './rows.ts';

/** Largest difference as a share of the largest number. */
const tolerance = 2e-5;

/** Operators whose outputs carry no gradient: networks hold them in shape arithmetic and masks. */
const withoutGradient = new Set(
  Object.entries(operators).flatMap(([name, { passage }]) => (passage === 'stops' ? [name] : [])),
);

describe('operators of ONNX beside ONNX Runtime, values and gradients', () => {
  it.each(rows.map((row) => ({ row, title: `${row.operator}: ${row.form}` })))('$title', async ({ row }) => {
    const [first] = row.inputs;
    const isImage = first !== null && first !== undefined && 'fed' in first && first.fed.length === 4;
    for (const behind of isImage ? [false, true] : [false]) await compare(row, behind);
  });

  it('have a row each', () => {
    const covered = new Set(rows.map(({ operator }) => operator));
    const missing = Object.keys(operators).filter((name) => !covered.has(name) && !withoutGradient.has(name));
    expect(missing).toEqual([]);
  });
});

async function compare(row: Row, behind: boolean): Promise<void> {
  const source = modelOf(row, behind);
  const random = seededRandom(row.form);
  const feeds = Object.fromEntries(
    row.inputs.flatMap((input, at): [string, Tensor][] => {
      if (!input || !('fed' in input)) return [];
      const values = Float32Array.from({ length: elementCount(input.fed) }, () => random.normal());
      const data = input.positive ? values.map((value) => 0.5 + value ** 2) : values;
      return [[`x${at}`, float32(data, input.fed)]];
    }),
  );
  const results = async (model: DifferentiableModel) => {
    const { y } = await model.run(feeds, ['y']);
    const weights = seededRandom('cotangent');
    const cotangent = float32(
      Float32Array.from(y!.data as Float32Array, () => weights.normal()),
      y!.dims,
    );
    const { gradients } = await model.differentiate({
      feeds,
      objective: { kind: 'cotangent', cotangents: { y: cotangent } },
      withRespectTo: fedNames(row),
    });
    const layers = model.layers.map(({ name, operator, dims }) => ({ name, operator, dims }));
    await model.close();
    return { tensors: { y: y!, ...gradients } as Readonly<Record<string, Tensor>>, layers };
  };
  const expected = await results(await new OnnxBackend().open(source));
  for (const engine of engines) {
    const found = await results(await new TfjsBackend().open(source, { devices: [engine] }));
    expect(found.layers).toEqual(expected.layers);
    for (const [name, tensor] of Object.entries(expected.tensors)) {
      expect({ engine, name, dims: found.tensors[name]!.dims }).toEqual({ engine, name, dims: [...tensor.dims] });
      expect({ engine, name, error: distance(tensor, found.tensors[name]!) }).toEqual({ engine, name, error: 0 });
    }
  }
}

/** 0 within the tolerance, or else how far apart. */
function distance(expected: Tensor, found: Tensor): number {
  const [left, right] = [toFloat32(expected), toFloat32(found)];
  const largest = left.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  const worst = left.reduce((most, value, at) => {
    const apart = Math.abs(value - right[at]!);
    return apart <= most ? most : apart;
  }, 0);
  return worst <= tolerance * largest ? 0 : worst / largest;
}
