import { TfjsBackend } from '@understory/backend-tfjs';
import { float32, toFloat32, type ModelSource, type TensorSpec } from '@understory/core';
import { apart, type Range } from './check-gradient.ts';
import { engines } from './engines.ts';

/** How far the results of engines are from those of the first, as a share of the largest number; engines that refuse the model are left out. */
export async function disagreement(
  file: ModelSource,
  dims: readonly number[],
  range: Range,
): Promise<Readonly<Record<string, number>>> {
  const results: { readonly engine: string; readonly values: Float32Array }[] = [];
  for (const engine of engines) {
    const model = await new TfjsBackend().open(file, { devices: [engine] }).catch(() => undefined);
    if (model === undefined) continue;
    const [{ name: input }] = model.inputs as readonly [TensorSpec];
    const [{ name: output }] = model.outputs as readonly [TensorSpec];
    const found = await model.run({ [input]: float32(apart(dims, range), dims) }, [output]);
    results.push({ engine, values: toFloat32(found[output]!) });
    await model.close();
  }
  const [first, ...others] = results;
  const largest = first!.values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  return Object.fromEntries(
    others.map(({ engine, values }) => [
      engine,
      values.length === first!.values.length
        ? values.reduce((most, value, at) => Math.max(most, Math.abs(value - first!.values[at]!)), 0) / largest
        : Infinity,
    ]),
  );
}
