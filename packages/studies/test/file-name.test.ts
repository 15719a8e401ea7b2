import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fileName, fileNamePart } from '../src/common/file-name.ts';
import { anyText } from './support/any-text.ts';

/** What a file system that minds neither case nor composition, and cuts trailing dots and spaces, takes a name for. */
const folded = (name: string) =>
  name
    .normalize('NFC')
    .toUpperCase()
    .toLowerCase()
    .replaceAll(/[. ]+$/g, '');
const bytesOf = (name: string) => new TextEncoder().encode(name).length;

describe('fileName', () => {
  it('is the text itself where every file system takes it, else what is readable with a mark', () => {
    expect(['cat_1.jpg', 'top-1', '猫', 'été'].map(fileName)).toEqual(['cat_1.jpg', 'top-1', '猫', 'été']);
    expect(fileName('images/cat 1.jpg')).toMatch(/^images_cat_1\.jpg-[0-9a-f]{12}$/);
    expect(fileName('IMG_1')).toMatch(/^IMG_1-[0-9a-f]{12}$/);
    expect(fileName('con.txt')).toMatch(/^_con\.txt-[0-9a-f]{12}$/);
    expect(fileName('')).toMatch(/^[0-9a-f]{12}$/);
  });

  const long = 'x'.repeat(80);
  const alike: readonly (readonly [string, string, string])[] = [
    ['agree in 80 characters', `${long}1`, `${long}2`],
    ['agree after sanitising', 'cats/1.png', 'cats_1.png'],
    ['agree after sanitising to nothing', '///', '***'],
    ['differ in case', 'Cat', 'cat'],
    ['differ in case beyond one letter', 'ma\u00df', 'mass'],
    ['differ in composition', 'caf\u00e9', 'cafe\u0301'],
    ['differ in quotes', '"cat"', 'cat'],
    ['differ in a dot at the end', 'cat.', 'cat'],
    ['differ in half a surrogate pair', 'a\ud800', 'a\ud801'],
    ['are a text and the name of another', 'Cat', fileName('Cat')],
    ['are a text and the name of another, in small letters', 'Cat', fileName('Cat').toLowerCase()],
    ['are long in a script of many bytes', '猫'.repeat(90), '猫'.repeat(91)],
  ];
  it.each(alike)('keeps apart texts that %s', (_, one, other) => {
    expect(folded(fileName(one))).not.toBe(folded(fileName(other)));
    expect(bytesOf(fileName(one))).toBeLessThanOrEqual(100);
  });

  it('gives each text a name of its own that no file system refuses', () => {
    const text = fc.oneof(anyText({ maxLength: 200 }), fc.stringMatching(/^(con|nul|lpt1|aux)?[aA./ _"-]{0,4}$/));
    fc.assert(
      fc.property(text, text, (one, other) => {
        const name = fileName(one);
        expect(name).toMatch(/^[\p{L}\p{N}+_-]([\p{L}\p{N}+._-]*[\p{L}\p{N}+_-])?$/u);
        expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
        expect(bytesOf(name)).toBeLessThanOrEqual(100);
        expect(folded(name) === folded(fileName(other))).toBe(one === other);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe('fileNamePart', () => {
  it('leaves what a user named a file, and marks what some file system refuses', () => {
    expect(['IMG 1', 'cat (2)', 'a.b'].map(fileNamePart)).toEqual(['IMG 1', 'cat (2)', 'a.b']);
    for (const text of ['aux', 'a:b', 'a ', 'x'.repeat(200), '猫'.repeat(60), 'cat-0123456789ab', 'tab\t']) {
      expect(fileNamePart(text)).toBe(fileName(text));
    }
  });
});
