import { describe, expect, it } from '@jest/globals';
import { publishedFor } from '../../src/probe/published.ts';

describe('published numbers', () => {
  it.each([
    ['RN50__openai', 'sugarcrepe', 'replace_obj', 'best', 0.9177, 'Hsieh et al. 2023, CLIP RN50'],
    ['clip-vit-base-patch32', 'sugarcrepe/swap_att', 'swap_att', 'best', 0.6396, 'Hsieh et al. 2023, CLIP ViT-B-32'],
    ['RN50x4__openai', 'sugarcrepe', 'add_att', 'best', 0.7009, 'Hsieh et al. 2023, CLIP RN50x4'],
    ['clip-ViT-B-32-vision', 'winoground', 'word-order', 'group-score', 0.08, 'Thrush et al. 2022, CLIP ViT-B-32'],
    ['ViT-L-14-336__openai', 'winoground', 'word-order', 'image-score', 0.12, 'Etxaniz 2022, CLIP ViT-L-14-336'],
  ])('of %s on %s, %s, %s', (model, dataset, condition, measure, value, source) => {
    expect(publishedFor({ model, dataset, condition, measure })).toEqual({ value: expect.closeTo(value, 12), source });
  });

  it.each([
    ['of other weights', 'ViT-B-32__laion2b-s34b-b79k', 'winoground', 'word-order', 'group-score'],
    ['of a model that is not known', 'orchard-clip-blind', 'sugarcrepe', 'swap_att', 'best'],
    ['of another number', 'RN50__openai', 'sugarcrepe', 'swap_att', 'seen'],
    ['of another data set', 'RN50__openai', 'orchard', 'object', 'best'],
    ['of a part of Winoground', 'ViT-B-32__openai', 'winoground', 'Object', 'group-score'],
    ['that nobody measured', 'RN50__openai', 'winoground', 'word-order', 'group-score'],
  ])('are none %s', (_, model, dataset, condition, measure) => {
    expect(publishedFor({ model, dataset, condition, measure })).toBeUndefined();
  });
});
