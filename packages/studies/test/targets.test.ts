import { describe, expect, it } from '@jest/globals';
import { float32, ImageClassifier, type Model } from '@understory/core';
import { targetsOf } from '../src/common/targets.ts';

const model: Model = {
  inputs: [{ name: 'image', type: 'float32', dims: ['N', 3, 8, 8] }],
  outputs: [{ name: 'logits', type: 'float32', dims: ['N', 5] }],
  layers: [],
  origin: { backend: 'none', executionProvider: 'none', sha256: '', remarks: [] },
  run: () => Promise.reject(new Error('not run here')),
  close: () => Promise.resolve(),
};
const labels = ['tabby, tabby cat', 'tiger cat', 'crane: bird', 'crane; bird', '雪豹'];
const classifier = new ImageClassifier({ model, labels });
// From best to worst: 3, 1, 4, 0, 2.
const outputs = { logits: float32(Float32Array.of(2, 4, 1, 5, 3), [1, 5]) };
const [answer] = classifier.answersOf(outputs);
const targets = (text: string) =>
  targetsOf(text, classifier)
    .of(answer!, outputs)
    .map(({ name, target }) => [name, target.classIndex ?? target.words]);

describe('targetsOf', () => {
  it('names ranks by rank, and classes as they were written', () => {
    expect(targets('top1')).toEqual([['top1', 3]]);
    expect(targets('top3')).toEqual([
      ['top1', 3],
      ['top2', 1],
      ['top3', 4],
    ]);
    expect(targets('2')).toEqual([['2', 2]]);
    expect(targets('top1,"Tiger cat", 雪豹 ,2')).toEqual([
      ['top1', 3],
      ['Tiger_cat', 1],
      ['雪豹', 4],
      ['2', 2],
    ]);
  });

  it('takes a label that holds commas for one, in quotes or whole', () => {
    expect(targets('tabby, tabby cat')).toEqual([['tabby_tabby_cat', 0]]);
    expect(targets('"tabby, tabby cat",1')).toEqual([
      ['tabby_tabby_cat', 0],
      ['1', 1],
    ]);
  });

  it('asks for each rank and each class once', () => {
    expect(targets('top2,top1,tabby,0,tabby cat')).toEqual([
      ['top1', 3],
      ['top2', 1],
      ['tabby', 0],
    ]);
  });

  it('keeps names apart that would be the same file', () => {
    expect(targets('crane: bird,crane; bird')).toEqual([
      ['crane_bird', 2],
      ['crane_bird-3', 3],
    ]);
  });

  it('refuses what no class is called', () => {
    for (const text of ['', ',', 'lion', 'top1,lion', '5', '-5', 'top6']) {
      expect(() => targetsOf(text, classifier)).toThrow(expect.objectContaining({ next: expect.any(String) }));
    }
    expect(targets('top1,')).toEqual([['top1', 3]]);
  });

  it('reads a minus as what lowers a class, and elements of outputs where no class has the name', () => {
    const [lowered, element] = targetsOf('-Tiger cat, logits[4]', classifier).of(answer!, outputs);
    expect(lowered).toMatchObject({
      name: '-Tiger_cat',
      target: { words: '-1', reading: { kind: 'sum', terms: [{ weight: -1, of: { kind: 'element', index: [1] } }] } },
    });
    expect(element).toMatchObject({
      name: 'logits_4',
      target: { words: 'logits[4]', reading: { kind: 'element', output: 'logits', index: [4] } },
    });
    expect(targets('top2,-top1').map(([name]) => name)).toEqual(['top1', 'top2', '-top1']);
    expect(() => targetsOf('logits[5]', classifier).of(answer!, outputs)).toThrow(
      expect.objectContaining({ code: 'TARGET_INVALID', found: expect.stringContaining('5 at axis 0') }),
    );
  });
});
