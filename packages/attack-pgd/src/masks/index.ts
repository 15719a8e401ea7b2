import type { Contribution, Mask, Options, OptionSchema } from '@understory/core';
import { all } from './all.ts';
import { inside, outside } from './boxes.ts';
import { originBottom, originTop, originWeighted, targetBottom, targetTop, targetWeighted } from './heat-masks.ts';
import { random } from './random.ts';
import { uniform } from './uniform.ts';

/** The masks that this package provides, each with what makes it from its options. */
export const masks: readonly (Omit<Contribution, 'kind' | 'options'> & {
  readonly mask: { readonly options: OptionSchema; from(given: Options): Mask };
})[] = [
  { id: 'all', title: 'All', description: 'Every pixel.', mask: all },
  {
    id: 'origin-top',
    title: 'Own top',
    description: 'The most important pixels of the attacked image, for its predicted class.',
    reference: 'Zheng, section 4.3',
    unnamedOption: 'fraction',
    mask: originTop,
  },
  {
    id: 'origin-bottom',
    title: 'Own bottom',
    description: 'The least important pixels of the attacked image, for its predicted class.',
    reference: 'Zheng, section 4.3',
    unnamedOption: 'fraction',
    mask: originBottom,
  },
  {
    id: 'target-top',
    title: 'Target top',
    description: 'The most important pixels of an image of the target class.',
    reference: 'Zheng, section 4.3',
    unnamedOption: 'fraction',
    mask: targetTop,
  },
  {
    id: 'target-bottom',
    title: 'Target bottom',
    description: 'The least important pixels of an image of the target class.',
    reference: 'Zheng, section 4.3',
    unnamedOption: 'fraction',
    mask: targetBottom,
  },
  {
    id: 'uniform',
    title: 'Uniform',
    description: 'Pixels evenly spaced over the image read row by row, first and last included.',
    reference: 'Zheng, section 4.3',
    unnamedOption: 'fraction',
    mask: uniform,
  },
  {
    id: 'random',
    title: 'Random',
    description: 'Random pixels, by the seed of each image.',
    unnamedOption: 'fraction',
    isControl: true,
    mask: random,
  },
  { id: 'inside', title: 'Inside', description: 'The pixels inside the annotation boxes.', mask: inside },
  { id: 'outside', title: 'Outside', description: 'The pixels outside all annotation boxes.', mask: outside },
  {
    id: 'origin-weighted',
    title: 'Own heat',
    description: 'Every pixel, weighted by the heat map of the attacked image.',
    mask: originWeighted,
  },
  {
    id: 'target-weighted',
    title: 'Target heat',
    description: 'Every pixel, weighted by the heat map of an image of the target class.',
    mask: targetWeighted,
  },
];
