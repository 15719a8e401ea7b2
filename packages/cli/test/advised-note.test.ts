import { describe, expect, it } from '@jest/globals';
import { assumedNote } from '@understory/studies/setup';
import { advisedNote } from '../src/advised-note.ts';

type Scaling = Parameters<typeof assumedNote>[0];

const imageNet = { channels: 3, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as unknown as Scaling;

describe('the note of a scaling that was assumed', () => {
  it('names the flags that give another one', () => {
    expect(advisedNote(assumedNote(imageNet), imageNet)).toBe(
      'nothing says how pixels are scaled for this model, so mean and deviation of ImageNet are used; --mean and --std override it',
    );
  });

  it('is the only one that does', () => {
    expect(advisedNote('samples are fed one at a time', imageNet)).toBe('samples are fed one at a time');
    expect(advisedNote('samples are fed one at a time', undefined)).toBe('samples are fed one at a time');
  });
});
