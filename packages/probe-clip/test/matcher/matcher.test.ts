import { mkdtemp, rm, cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  answer,
  float32,
  tensor,
  toFloat32,
  type ImageTextMatcher,
  type Model,
  type ModelFacts,
} from '@understory/core';
import { imageTextMatching } from '@understory/probe-clip';
import { openTokenizer } from '@understory/text';
import { clipFolder, factsOf, openMatcher, readGolden, type Golden, type OpenedMatcher } from './golden.ts';

const captions = ['the left apple is red', 'the right apple is red'];

describe('captions', () => {
  let golden: Golden;
  let opened: OpenedMatcher;
  beforeAll(async () => {
    golden = await readGolden('vit');
    opened = await openMatcher(clipFolder('vit/one-graph'), { captions, against: ['a photo of a green pear'] });
  });
  afterAll(() => opened.close());

  it('have probabilities that are the softmax of their scores, and contrasts of two of them', async () => {
    const { matcher } = opened;
    const [said] = await answer(matcher, matcher.feeds(golden.image));
    const powers = said!.options.map(({ score }) => Math.exp(score));
    const sum = powers.reduce((total, each) => total + each, 0);
    for (const [at, { probability }] of said!.options.entries()) expect(probability).toBeCloseTo(powers[at]! / sum, 6);
    const scoreOf = (target: string) => said!.options.find((option) => option.target === target)!.score;
    const [contrast] = matcher.targets('contrast:2', said!)!;
    const outputs = await matcher.model.run(matcher.feeds(golden.image), matcher.reads);
    const wanted = 1 / (1 + Math.exp(scoreOf('caption:3') - scoreOf('caption:2')));
    expect(matcher.probabilities!([contrast!, contrast!], outputs)![0]).toBeCloseTo(wanted, 6);
  });

  it('are named by their place, by their text and all at once', async () => {
    const { matcher } = opened;
    const [said] = await answer(matcher, matcher.feeds(golden.image));
    const named = (words: string) => matcher.targets(words, said!)?.map((target) => target.words);
    expect(named('caption:2')).toEqual(['caption:2']);
    expect(named('The Right Apple is red')).toEqual(['caption:2']);
    expect(named('"the left apple is red"')).toEqual(['caption:1']);
    expect(named('captions')).toEqual(['caption:1', 'caption:2', 'caption:3']);
    expect(named('contrasts')).toEqual(['contrast:1', 'contrast:2']);
    expect(named('tabby')).toBeUndefined();
    expect(() => named('caption:7')).toThrow(expect.objectContaining({ code: 'TARGET_INVALID' }));
  });

  it('tell which of their words count: what is lost without each, and the gradient at its tokens', async () => {
    const { matcher } = opened;
    const [said] = await answer(matcher, matcher.feeds(golden.image));
    const [target] = matcher.targets('caption:1', said!)!;
    const words = (await matcher.words!(target!, said!))!;
    expect(words.map(({ text }) => text)).toEqual(['the', 'left', 'apple', 'is', 'red']);
    const { data } = await matcher.scores(matcher.feeds(golden.image), [captions[0]!, 'the apple is red']);
    expect(words[1]!.occlusion).toBeCloseTo(data[0]! - data[1]!, 4);
    expect(words.every(({ gradient }) => gradient !== null && Number.isFinite(gradient) && gradient !== 0)).toBe(true);
    const [contrast] = matcher.targets('contrast:1', said!)!;
    expect(await matcher.words!(contrast!, said!)).toBeUndefined();
  });

  it('have words whose gradients are what a small change of their embeddings changes', async () => {
    const own = await openMatcher(clipFolder('vit/immich'), { captions });
    const { matcher, facts } = own;
    const [image] = await matcher.images(matcher.feeds(golden.image));
    const [said] = await answer(matcher, matcher.feeds(golden.image));
    const words = (await matcher.words!(matcher.targets('caption:1', said!)![0]!, said!))!;
    const text = facts.text!.model!;
    const tokenizer = openTokenizer(facts.text!.tokenizer!, facts.text!.tokenizerConfig);
    const length = Number(text.inputs[0]!.dims![1]);
    const ids = tokenizer.encode([captions[0]!], length).ids[0]!;
    const feeds = { [text.inputs[0]!.name]: tensor('int32', Int32Array.from(ids), [1, length]) };
    const table = text.graph!.nodes.find(({ operator }) => operator === 'Gather')!.outputs[0]!;
    const embedded = (await text.run(feeds, [table]))[table]!;
    const width = embedded.dims[2]!;
    const scoreWith = async (tokens: readonly number[], factor: number) => {
      const values = toFloat32(embedded).map((value, at) =>
        tokens.includes(Math.floor(at / width)) ? value * factor : value,
      );
      const output = text.outputs[0]!.name;
      const outputs = await text.runFrom!(feeds, { [table]: float32(values, embedded.dims) }, [output]);
      const vector = toFloat32(outputs[output]!);
      const sum = vector.reduce((total, value, at) => total + value * image![at]!, 0);
      return (100 * sum) / Math.hypot(...vector);
    };
    for (const [at, { tokens }] of tokenizer.words(captions[0]!, length).entries()) {
      const slope = ((await scoreWith(tokens, 1.01)) - (await scoreWith(tokens, 0.99))) / 0.02;
      expect(Math.abs(words[at]!.gradient! - slope)).toBeLessThan(0.01 * Math.max(1, Math.abs(slope)));
    }
    await own.close();
  });

  it('that are too long are cut, and told; what is asked of the model besides is not', async () => {
    const long = Array.from({ length: 40 }, () => 'red').join(' ');
    const own = await openMatcher(clipFolder('vit/one-graph'), { captions: [long] });
    expect(own.matcher.notes).toEqual([expect.stringMatching(/^a caption of 42 tokens was cut to the 16/)]);
    const [said] = await answer(own.matcher, own.matcher.feeds(golden.image));
    await own.matcher.words!(own.matcher.targets('caption:1', said!)![0]!, said!);
    expect(own.matcher.notes).toHaveLength(1);
    await own.close();
    expect(opened.matcher.notes).toEqual([]);
  });

  it('have no probability where nothing tells the bias of SigLIP, and a note says where to give it', async () => {
    const own = await openMatcher(clipFolder('siglip/transformers'), { captions });
    expect(own.matcher.notes).toEqual([expect.stringMatching(/write logit_\w+.* into config\.json/)]);
    const [reading] = imageTextMatching.readings(own.facts);
    const numbers = { logit_scale: Math.log(50), logit_bias: -3 };
    const config = { ...own.facts.folder.config, ...numbers };
    const facts = { ...own.facts, folder: { ...own.facts.folder, config } };
    const told = (await imageTextMatching.open(facts, reading!, { captions })) as ImageTextMatcher;
    expect(told.notes).toEqual([]);
    const siglip = await readGolden('siglip');
    const [bare] = await answer(own.matcher, own.matcher.feeds(siglip.image));
    const [said] = await answer(told, told.feeds(siglip.image));
    const cosine = bare!.options[0]!.score / 100;
    expect(bare!.options[0]!.probability).toBeUndefined();
    expect(said!.options[0]!.probability).toBeCloseTo(1 / (1 + Math.exp(3 - 50 * cosine)), 5);
    await own.close();
  });
});

describe('what is wrong is told', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understory-clip-'));
    await cp(clipFolder('vit/immich'), folder, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const code = async (settings: Parameters<typeof openMatcher>[1], path = folder) => {
    try {
      await (await openMatcher(path, settings)).close();
      return 'opened';
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };

  it('of captions', async () => {
    expect(await code({ captions: ['the left apple', ' '] })).toBe('CAPTION_EMPTY');
    expect(await code({ captions: ['the left apple'], against: ['The left  apple '] })).toBe('CAPTIONS_ALIKE');
    expect(await code({ captions: ['a pear', 'a pear'] })).toBe('CAPTIONS_ALIKE');
    expect(await code({ captions, against: ['a pear', 'an apple', 'a photo'] })).toBe('AGAINST_COUNT');
    expect(await code({ against: ['a pear'] })).toBe('CAPTIONS_MISSING');
    expect(await code({ captions })).toBe('opened');
  });

  it('of a model without captions', async () => {
    const { matcher, close } = await openMatcher(folder);
    const [said] = await answer(matcher, matcher.feeds((await readGolden('vit')).image));
    expect(said).toMatchObject({ options: [], decision: '' });
    expect(() => matcher.targets('top1', said!)).toThrow(expect.objectContaining({ code: 'CAPTIONS_MISSING' }));
    await close();
  });

  it('of a text tower without a tokenizer', async () => {
    await rm(join(folder, 'textual/tokenizer.json'));
    expect(await code({ captions })).toBe('TOKENIZER_MISSING');
  });

  it('of a graph for four texts beside one picture', async () => {
    const ours = await factsOf(clipFolder('vit/one-graph'));
    const fixed = ours.model.inputs.map((input) => ({
      ...input,
      dims: [input.dims!.length === 2 ? 4 : 1, ...input.dims!.slice(1)],
    }));
    const model: Model = Object.create(ours.model, { inputs: { value: fixed } });
    const [reading] = imageTextMatching.readings({ ...ours, model });
    await expect(imageTextMatching.open({ ...ours, model }, reading!, { captions })).rejects.toMatchObject({
      code: 'TEXT_BATCH_FIXED',
      found: expect.stringMatching(/\[1, 3, 32, 32\]\); .*\[4, 16\]/),
    });
    await ours.model.close();
  });

  it('of towers of two models', async () => {
    const ours = await factsOf(folder);
    const theirs = await factsOf(clipFolder('vit/immich'));
    const text = theirs.text!.model!;
    const wide = { ...text, inputs: text.inputs, outputs: [{ ...text.outputs[0]!, dims: [1, 24] }] };
    const facts: ModelFacts = { ...ours, text: { ...ours.text, model: wide } };
    const [reading] = imageTextMatching.readings(facts);
    await expect(imageTextMatching.open(facts, reading!, { captions })).rejects.toMatchObject({
      code: 'TOWERS_DISAGREE',
    });
    for (const { model, text: own } of [ours, theirs]) {
      await model.close();
      await own!.model!.close();
    }
  });
});
