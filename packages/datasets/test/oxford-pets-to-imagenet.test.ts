import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { oxfordPetsToImagenet } from '../src/index.ts';
import { itWith, shared } from './fixtures.ts';

const words = (name: string) => name.toLowerCase().replaceAll(/[\s_-]+/g, ' ');

describe('oxfordPetsToImagenet', () => {
  it('has the 37 breeds once each, in the order that numbers them', () => {
    const breeds = oxfordPetsToImagenet.map(({ breed }) => breed.toLowerCase());
    expect(breeds).toHaveLength(37);
    expect(breeds).toEqual([...breeds].sort());
  });

  it('has 25 correspondences, each to a class of its own', () => {
    const indices = oxfordPetsToImagenet.flatMap(({ imagenet }) => imagenet?.index ?? []);
    expect(indices).toHaveLength(25);
    expect(new Set(indices).size).toBe(25);
  });

  it('says of each how it was found', () => {
    for (const { breed, imagenet, how, because } of oxfordPetsToImagenet) {
      expect(how === 'absent').toBe(imagenet === undefined);
      if (imagenet === undefined) continue;
      const same = [words(breed), `${words(breed)} cat`].includes(words(imagenet.name));
      expect({ breed, same }).toEqual({ breed, same: how === 'name' });
      if (how === 'synonym') expect(words(because!)).toContain(words(breed));
      if (how !== 'name') expect(because).toBeDefined();
    }
  });

  itWith('data/imagenet-classes.json')('names the classes as ImageNet does, with their WordNet ids', () => {
    const classes = JSON.parse(readFileSync(shared('data/imagenet-classes.json'), 'utf8')) as {
      wnid: string;
      name: string;
    }[];
    for (const { imagenet, because } of oxfordPetsToImagenet) {
      if (imagenet === undefined) continue;
      expect(classes[imagenet.index]!.name).toBe(imagenet.name);
      const wnid = /n\d{8}/.exec(because ?? '')?.[0];
      if (wnid !== undefined) expect(classes[imagenet.index]!.wnid).toBe(wnid);
    }
    const names = new Set(classes.map(({ name }) => words(name)));
    const overlooked = oxfordPetsToImagenet.filter(
      ({ breed, how }) => how === 'absent' && (names.has(words(breed)) || names.has(`${words(breed)} cat`)),
    );
    expect(overlooked).toEqual([]);
    const wordNetOnly = classes.some(({ wnid }) => wnid === 'n02124313');
    expect(wordNetOnly).toBe(false);
  });
});
