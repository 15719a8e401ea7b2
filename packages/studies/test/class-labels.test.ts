import { describe, expect, it } from '@jest/globals';
import type { ClassScores } from '@understory/core';
import { classLabels } from '../src/common/class-labels.ts';

const classes: ClassScores = {
  ...{ output: 'logits', kind: 'logit', endsWith: undefined, count: 4, positive: undefined },
  objective: (indices) => ({ kind: 'score', output: 'logits', index: indices.map((index) => [index]) }),
};
const images = { labelsFor: () => ({ indexOf: () => 3, unmapped: ['no such class'] }) };

describe('classLabels', () => {
  it('asks the data set where the model decides between classes', () => {
    const labels = classLabels(images, { classes, labels: undefined });
    expect([labels.indexOf('cat'), labels.unmapped]).toEqual([3, ['no such class']]);
  });

  it('knows no class of a label where it decides otherwise, so that any data set serves', () => {
    const labels = classLabels(images, { labels: ['age'] });
    expect([labels.indexOf('cat'), labels.unmapped]).toEqual([undefined, []]);
  });
});
