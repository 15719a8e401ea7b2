import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { mapLabels, oxfordPetsToImagenet } from '../src/index.ts';
import { itWith, shared } from './fixtures.ts';

const data = (...classes: string[]) => ({ name: 'animals', classes });

describe('mapLabels', () => {
  it.each<[how: string, label: string, modelLabels: string[], index: number]>([
    ['the same text', 'cat', ['dog', 'Cat', 'cat'], 2],
    ['another case', 'Great_White-Shark', ['dog', 'great white shark'], 1],
    ['a synonym', 'tabby cat', ['dog', 'tabby, tabby cat'], 1],
    ['a synonym of the data set', 'tench, Tinca tinca', ['dog', 'tench'], 1],
    ['an older name of a breed', 'japanese_chin', ['pug', 'Japanese spaniel'], 1],
    ['a breed among synonyms', 'leonberger', ['pug', 'Leonberg, big dog'], 1],
    ['the breed itself rather than another name', 'Persian', ['Persian cat', 'persian'], 1],
    ['a class index', '2', ['a', 'b', 'c'], 2],
    ['a name that is a number', '2', ['2', '1', '0'], 0],
  ])('finds %s', (_, label, modelLabels, index) => {
    expect(mapLabels(data(label), modelLabels).indexOf(label)).toBe(index);
    expect(mapLabels({ name: 'animals', classes: undefined }, modelLabels).indexOf(label)).toBe(index);
  });

  it('lets the place decide between labels that are spelt alike', () => {
    const labels = ['crane', 'dog', 'crane'];
    const map = mapLabels(data('crane', 'dog'), labels);
    expect(map.indexOf('crane')).toBe(0);
    expect(() => mapLabels(data('dog', 'crane'), labels)).toThrow(
      expect.objectContaining({ code: 'DATASET_CLASS_AMBIGUOUS', found: '0: crane; 2: crane' }),
    );
  });

  it('has no class for an item without a label', () => {
    expect(mapLabels(data('a'), ['a']).indexOf(undefined)).toBeUndefined();
  });

  it('says at once which classes it looked for and did not find', () => {
    const error = () => mapLabels(data('cat', 'unicorn', 'griffin', 'Persian'), ['dog', 'cat']);
    expect(error).toThrow(
      expect.objectContaining({
        code: 'DATASET_CLASS_UNKNOWN',
        message: 'The model lacks 3 classes of the data set animals.',
        found: 'looked for "unicorn", "griffin", "Persian" (ImageNet: "Persian cat")',
        expected: 'labels of the model: dog, cat',
      }),
    );
    expect(() => mapLabels(data('cta'), ['dog', 'cat'])).toThrow(
      expect.objectContaining({ next: expect.stringContaining('Did you mean "cat"?') }),
    );
  });

  it('says so later where the data set does not list its classes', () => {
    const map = mapLabels({ name: 'animals', classes: undefined }, ['dog', 'cat']);
    expect(() => map.indexOf('unicorn')).toThrow(expect.objectContaining({ found: 'looked for "unicorn"' }));
    expect(() => map.indexOf('2')).toThrow(
      expect.objectContaining({
        code: 'DATASET_CLASS_UNKNOWN',
        expected: 'a whole number from 0 to 1, or a label of the model',
      }),
    );
  });

  it('needs labels of the model for names, and none for indices', () => {
    expect(mapLabels({ name: 'animals', classes: undefined }, undefined).indexOf('41')).toBe(41);
    expect(() => mapLabels(data('cat'), undefined)).toThrow(
      expect.objectContaining({ expected: 'labels of the model, or class indices as labels of the data set' }),
    );
  });

  it('does not excuse breeds that ImageNet lacks where nothing fits', () => {
    expect(() => mapLabels(data('Bengal', 'Sphynx'), ['truck'])).toThrow(
      expect.objectContaining({ code: 'DATASET_CLASS_UNKNOWN' }),
    );
  });

  itWith('data/imagenet-classes.json')('maps the pets to ImageNet, and says which breeds it lacks', () => {
    const classes = JSON.parse(readFileSync(shared('data/imagenet-classes.json'), 'utf8')) as { name: string }[];
    const pets = { name: 'oxford-pets/test', classes: oxfordPetsToImagenet.map(({ breed }) => breed) };
    const map = mapLabels(
      pets,
      classes.map(({ name }) => name),
    );
    for (const { breed, imagenet } of oxfordPetsToImagenet) expect(map.indexOf(breed)).toBe(imagenet?.index);
    expect(map.unmapped).toEqual(oxfordPetsToImagenet.filter(({ how }) => how === 'absent').map(({ breed }) => breed));
  });
});
