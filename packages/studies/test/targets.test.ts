import { describe, expect, it } from '@jest/globals';
import { ImageClassifier, type Model } from '@understory/core';
import { slotsOf } from '../src/explanation/targets.ts';

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
const ranking = [3, 1, 4, 0, 2];
const slots = (text: string) => slotsOf(text, classifier).map(({ name, classOf }) => [name, classOf(ranking)]);

describe('slotsOf', () => {
  it('names ranks by rank, and classes as they were written', () => {
    expect(slots('top1')).toEqual([['top1', 3]]);
    expect(slots('top3')).toEqual([
      ['top1', 3],
      ['top2', 1],
      ['top3', 4],
    ]);
    expect(slots('2')).toEqual([['2', 2]]);
    expect(slots('top1,"Tiger cat", 雪豹 ,2')).toEqual([
      ['top1', 3],
      ['Tiger_cat', 1],
      ['雪豹', 4],
      ['2', 2],
    ]);
  });

  it('takes a label that holds commas for one, in quotes or whole', () => {
    expect(slots('tabby, tabby cat')).toEqual([['tabby_tabby_cat', 0]]);
    expect(slots('"tabby, tabby cat",1')).toEqual([
      ['tabby_tabby_cat', 0],
      ['1', 1],
    ]);
  });

  it('asks for each rank and each class once', () => {
    expect(slots('top2,top1,tabby,0,tabby cat')).toEqual([
      ['top1', 3],
      ['top2', 1],
      ['tabby', 0],
    ]);
  });

  it('keeps names apart that would be the same file', () => {
    expect(slots('crane: bird,crane; bird')).toEqual([
      ['crane_bird', 2],
      ['crane_bird-3', 3],
    ]);
  });

  it('refuses what no class is called', () => {
    for (const text of ['', ',', 'lion', 'top1,lion', '5', '-1', 'top6']) {
      expect(() => slotsOf(text, classifier)).toThrow(expect.objectContaining({ next: expect.any(String) }));
    }
    expect(slots('top1,')).toEqual([['top1', 3]]);
  });
});
