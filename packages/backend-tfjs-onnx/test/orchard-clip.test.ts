import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { TfjsBackend } from '@understory/backend-tfjs';
import { float32, type Feeds, type Model, type ModelSource } from '@understory/core';
import { openTokenizer } from '@understory/text';
import { resolveModel } from '@understory/zoo';

/** What PyTorch computed when the model was exported. */
interface Golden {
  readonly captions: readonly string[];
  readonly ids: readonly (readonly number[])[];
  readonly image: readonly number[];
  readonly texts: readonly (readonly number[])[];
  readonly scores: readonly number[];
}

const size = 64;
const planes = Float32Array.from({ length: 3 * size * size }, (_, at) => ((37 * at) % 251) / 125 - 1);

/** The same picture with channels last. */
const pixels = planes.map((_, at) => planes[(at % 3) * size * size + Math.floor(at / 3)]!);

const onWebAssembly = { devices: ['wasm'] };
type File = Extract<ModelSource, { kind: 'file' }>;
const ways: Readonly<Record<string, (file: File, tfjs: File | undefined) => Promise<Model> | undefined>> = {
  'ONNX Runtime': (file) => new OnnxBackend().open(file),
  'the imported ONNX file': (file) => new TfjsBackend().open(file, onWebAssembly),
  'the TensorFlow.js file': (_, tfjs) => tfjs && new TfjsBackend().open(tfjs, onWebAssembly),
};

const cases = ['blind', 'sighted'].flatMap((variant) =>
  Object.keys(ways)
    // Only one of the two comes in both formats.
    .filter((way) => variant === 'sighted' || way !== 'the TensorFlow.js file')
    .map((way) => ({ variant, way })),
);

describe.each(cases)('orchard-clip-$variant in $way', ({ variant, way }) => {
  it('gives the embeddings and scores that PyTorch gave', async () => {
    const network = await resolveModel(`orchard-clip-${variant}`);
    const golden = await goldenOf(variant);
    const open = async (file: File, others: readonly File[] = []) => (await ways[way]!(file, others[0]))!;

    const visual = await open(network.source, network.otherSources);
    const isLast = visual.inputs[0]!.dims?.at(-1) === 3;
    const image = await embedding(visual, {
      image: float32(isLast ? pixels : planes, isLast ? [1, size, size, 3] : [1, 3, size, size]),
    });
    expectNear(image, golden.image);

    const textual = await open(network.text!.source!, network.text!.otherSources);
    const ids = golden.ids.flat();
    const texts = await embedding(textual, {
      text: { type: 'int32', dims: [golden.ids.length, 24], data: Int32Array.from(ids) },
    });
    expectNear(texts, golden.texts.flat());

    const scale = Math.exp(Number(network.config!['logit_scale']));
    golden.scores.forEach((score, row) => {
      const own = texts.subarray(row * image.length, (row + 1) * image.length);
      expect(scale * own.reduce((sum, value, at) => sum + value * image[at]!, 0)).toBeCloseTo(score, 3);
    });
  });
});

describe('the tokenizer of orchard-clip', () => {
  it('gives the tokens of training, whatever the case and the punctuation', async () => {
    const { captions, ids } = await goldenOf('sighted');
    const { tokenizer, settings } = (await (await resolveModel('orchard-clip-sighted')).text!.tokenizer())!;
    const text = openTokenizer(tokenizer, settings);
    expect(text.encode(captions).ids.map((row) => [...row])).toEqual(ids);
    expect(text.encode([' A red apple, to the LEFT of a green pear. ']).ids.map((row) => [...row])).toEqual([ids[0]]);
    const unknown = (tokenizer['model'] as { vocab: Readonly<Record<string, number>> }).vocab['<|unknown|>'];
    expect(text.encode(['a submarine']).ids[0]![2]).toBe(unknown);
  });
});

async function goldenOf(variant: string): Promise<Golden> {
  const path = new URL(`../../../fixtures/golden/orchard-clip/${variant}.json`, import.meta.url);
  return JSON.parse(await readFile(path, 'utf8')) as Golden;
}

async function embedding(model: Model, feeds: Feeds): Promise<Float32Array> {
  const [output] = model.outputs;
  return (await model.run(feeds, [output!.name]))[output!.name]!.data as Float32Array;
}

function expectNear(found: Float32Array, expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  expect(Math.max(...expected.map((value, at) => Math.abs(value - found[at]!)))).toBeLessThan(2e-5);
}
