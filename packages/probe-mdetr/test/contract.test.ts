import { afterAll, describe, it } from '@jest/globals';
import { float32, type Tensor } from '@understory/core';
import { subjectContract } from '@understory/testing';
import { openAnswerer, type OpenedAnswerer } from './answerer.ts';
import { fixture, readGolden } from './golden.ts';

const opened: OpenedAnswerer[] = [];
afterAll(async () => {
  for (const each of opened) await each.close();
});

/** The picture and the same with its rows in the opposite order. */
function pair({ data, dims }: Tensor<'float32'>): Tensor<'float32'> {
  const width = dims.at(-1)!;
  const turned = new Float32Array(data.length);
  for (let at = 0; at < data.length; at += width) {
    turned.set(data.subarray(data.length - at - width, data.length - at), at);
  }
  return float32(Float32Array.from([...data, ...turned]), [2, ...dims.slice(1)]);
}

for (const name of ['mdetr', 'vilt']) {
  const { text = '', cases } = await readGolden(name);
  const pixels = pair(cases[0]!.feeds['pixel_values'] as Tensor<'float32'>);
  describe(name, () => {
    const open = async () => {
      const found = await openAnswerer(fixture(name), { question: text });
      opened.push(found);
      return found.answerer;
    };
    for (const { name: promise, run, timeout } of subjectContract({ open, pixels })) it(promise, run, timeout);
  });
}
