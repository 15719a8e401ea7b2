import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  toFloat32,
  type Model,
  type QuestionAnswerer,
  type Subject,
  type Tensor,
  type Tensors,
} from '@understory/core';
import { attentionMasks } from '../../src/constraint/attention-masks.ts';
import { TokenMasks, type FedPicture } from '../../src/constraint/token-masks.ts';
import { openAnswerer, type OpenedAnswerer } from '../answerer.ts';
import { fixture, readGolden, type Golden, type GoldenCase } from '../golden.ts';

/** By how much outputs are apart, in parts of the largest number of each. */
function apart(found: Tensors, expected: Readonly<Record<string, Tensor>>): number {
  const distances = Object.entries(expected).map(([name, tensor]) => {
    const [values, others] = [toFloat32(tensor), toFloat32(found[name]!)];
    const finite = values.filter((value) => Number.isFinite(value)).map(Math.abs);
    return (
      Math.max(...values.map((value, at) => (value === others[at] ? 0 : Math.abs(value - others[at]!)))) /
      Math.max(...finite)
    );
  });
  return Math.max(...distances);
}

function fed({ feeds }: GoldenCase, { model: { inputs } }: Subject): FedPicture {
  const [, , height = 0, width = 0] = feeds['pixel_values']!.dims;
  return {
    feeds: Object.fromEntries(inputs.map(({ name }) => [name, feeds[name]!])),
    size: { height, width },
    mask: Uint8Array.from(toFloat32(feeds['pixel_mask']!)),
  };
}

describe.each(['mdetr', 'vilt', 'grounding-dino'])('tokens of %s', (name) => {
  let golden: Golden;
  let opened: OpenedAnswerer;

  beforeAll(async () => {
    golden = await readGolden(name);
    opened = await openAnswerer(fixture(name), { question: golden.text! });
  });
  afterAll(() => opened.close());

  it('are hidden from attention and from nothing else, as in PyTorch', async () => {
    const { answerer } = opened;
    const { box, outputs } = golden.held!;
    const found = await TokenMasks.of(answerer).outputs(fed(golden.cases[0]!, answerer), box);
    expect(apart(found, outputs)).toBeLessThan(1e-5);
    expect(apart(found, golden.cases[0]!.outputs)).toBeGreaterThan(0.05);
  });

  it('are all there in a box of the whole picture, and padding stays hidden', async () => {
    const { answerer } = opened;
    for (const each of golden.cases) {
      const picture = fed(each, answerer);
      const found = await TokenMasks.of(answerer).outputs(picture, { x: 0, y: 0, ...picture.size });
      expect(apart(found, each.outputs)).toBeLessThan(1e-5);
    }
  });

  it('are those of the map that they are made of', async () => {
    const { answerer } = opened;
    const { grid, tokens, pixels } = await TokenMasks.of(answerer).kept(
      fed(golden.cases[0]!, answerer),
      golden.held!.box,
    );
    expect(grid).toEqual({ rows: 6, columns: 8 });
    expect([...tokens.keys()].filter((at) => tokens[at] === 1)).toEqual([
      10, 11, 12, 13, 18, 19, 20, 21, 26, 27, 28, 29,
    ]);
    expect([...pixels.keys()].filter((at) => pixels[at] === 1)).toHaveLength(12 * 64);
  });
});

describe('tokens that cannot be hidden', () => {
  let opened: OpenedAnswerer;
  let golden: Golden;

  beforeAll(async () => {
    golden = await readGolden('vilt');
    opened = await openAnswerer(fixture('vilt'), { question: golden.text! });
  });
  afterAll(() => opened.close());

  /** What is said of a model with something else about it. */
  const refusal = async (
    change: Partial<Pick<QuestionAnswerer, 'layer' | 'reads'>> & { readonly model?: Partial<Model> },
  ) => {
    const { answerer } = opened;
    const { model, picture, layer, reads } = answerer;
    const changed = new Proxy(model, {
      get: (target, name) => {
        if (name in (change.model ?? {})) return Reflect.get(change.model!, name) as unknown;
        const own: unknown = Reflect.get(target, name);
        return typeof own === 'function' ? (own.bind(target) as unknown) : own;
      },
    });
    const masks = TokenMasks.of({ picture, layer, reads, ...change, model: changed });
    const outputs = masks.outputs(fed(golden.cases[0]!, answerer), golden.held!.box);
    return outputs.then(
      () => 'no refusal',
      (error: unknown) => {
        const { code, found } = error as { readonly code?: string; readonly found?: string };
        return `${code}: ${found}`;
      },
    );
  };

  it('are those of a model without a mask of pixels', async () => {
    const { inputs } = opened.answerer.model;
    const found = await refusal({ model: { inputs: inputs.filter(({ name }) => name !== 'pixel_mask') } });
    expect(found).toMatch(/^CONSTRAINT_NOT_AVAILABLE: it takes no mask of pixels/);
  });

  it('are those of a backend that cannot go on from a tensor, and of a model without a map', async () => {
    expect(await refusal({ model: { runFrom: undefined as never } })).toMatch(
      /the backend onnx shows no graph, or does not/,
    );
    expect(await refusal({ layer: undefined })).toMatch(
      /the last convolution, whose map becomes its tokens, was not found/,
    );
  });

  it('are those whose mask does not get to attention, or gets elsewhere too', async () => {
    const { graph } = opened.answerer.model;
    const without = graph!.nodes.filter(({ operator }) => operator !== 'Softmax');
    expect(await refusal({ model: { graph: { ...graph!, nodes: without } } })).toMatch(
      /"pixel_mask" gets to the scores of no attention/,
    );
    const mask = attentionMasks(graph!, 'pixel_values', 'pixel_mask')[0]!.read;
    const more = { operator: 'Mul', name: 'more', inputs: [mask, 'pixel_values'], outputs: ['more'], attributes: {} };
    expect(await refusal({ model: { graph: { ...graph!, nodes: [...graph!.nodes, more] } } })).toContain(
      `the mask "${mask}" is read by more than attention`,
    );
  });

  it('are those that what it says depends on by another way, which is tried', async () => {
    const { layer, model } = opened.answerer;
    expect(await refusal({ reads: [layer!] })).toMatch(/what it says depends on tokens that are hidden/);
    const text = model.layers.find(({ name }) => name.includes('/text/'))!;
    expect(await refusal({ reads: [text.name] })).toMatch(/does not depend on the tokens that are left to it/);
  });
});
