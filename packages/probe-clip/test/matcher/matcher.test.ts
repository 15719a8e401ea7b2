import { mkdtemp, rm, cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { answer, type ModelFacts } from '@understory/core';
import { imageTextMatching } from '@understory/probe-clip';
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

  it('that are too long are cut, and told', async () => {
    const long = Array.from({ length: 40 }, () => 'red').join(' ');
    const own = await openMatcher(clipFolder('vit/one-graph'), { captions: [long] });
    expect(own.matcher.notes!.join()).toMatch(/a caption of 42 tokens was cut to the 16/);
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
