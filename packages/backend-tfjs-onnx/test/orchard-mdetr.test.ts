import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { TfjsBackend } from '@understory/backend-tfjs';
import { float32, toFloat32, type Backend, type Tensor } from '@understory/core';
import { openTokenizer } from '@understory/text';
import { resolveModel } from '@understory/zoo';

/** What PyTorch computed when the model was exported. */
interface Golden {
  readonly question: string;
  readonly ids: readonly number[];
  readonly outputs: Readonly<Record<string, readonly number[]>>;
}

const size = 64;
const pixels = Float32Array.from({ length: 3 * size * size }, (_, at) => ((37 * at) % 251) / 125 - 1);

const backends: Readonly<Record<string, () => Backend>> = {
  'ONNX Runtime': () => new OnnxBackend(),
  'TensorFlow.js': () => new TfjsBackend(),
};
const cases = ['blind', 'sighted'].flatMap((variant) => Object.keys(backends).map((name) => ({ variant, name })));

describe.each(cases)('orchard-mdetr-$variant in $name', ({ variant, name }) => {
  it('gives the tokens, answers and boxes that PyTorch gave', async () => {
    const { source, text } = await resolveModel(`orchard-mdetr-${variant}`);
    const path = new URL(`../../../fixtures/golden/orchard-mdetr/${variant}.json`, import.meta.url);
    const { question, ids, outputs } = JSON.parse(await readFile(path, 'utf8')) as Golden;

    const { tokenizer, settings } = (await text!.tokenizer())!;
    const reader = openTokenizer(tokenizer, settings);
    expect([...reader.encode([question], reader.count(question)).ids[0]!]).toEqual(ids);

    const model = await backends[name]!().open(source, { devices: name === 'TensorFlow.js' ? ['wasm'] : ['cpu'] });
    const found = await model.run(
      {
        pixel_values: float32(pixels, [1, 3, size, size]),
        pixel_mask: int64([1, size, size], () => 1),
        input_ids: int64([1, ids.length], (at) => ids[at]!),
        attention_mask: int64([1, ids.length], () => 1),
      },
      Object.keys(outputs),
    );
    for (const [output, expected] of Object.entries(outputs)) {
      const values = toFloat32(found[output]!);
      expect(values).toHaveLength(expected.length);
      expect(Math.max(...expected.map((value, at) => Math.abs(value - values[at]!)))).toBeLessThan(1e-4);
    }
    await model.close();
  });
});

function int64(dims: readonly number[], valueAt: (at: number) => number): Tensor<'int64'> {
  const length = dims.reduce((product, side) => product * side, 1);
  return { type: 'int64', dims, data: BigInt64Array.from({ length }, (_, at) => BigInt(valueAt(at))) };
}
