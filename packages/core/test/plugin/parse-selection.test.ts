import { describe, expect, it } from '@jest/globals';
import { parseSelections } from '@understory/core';

describe('parseSelections', () => {
  it('reads ids and their settings', () => {
    expect(parseSelections('deletion')).toEqual([{ id: 'deletion', options: {} }]);
    expect(parseSelections('deletion:fraction=0.5,steps=100, gradcam++ ,road:k=')).toEqual([
      { id: 'deletion', options: { fraction: '0.5', steps: '100' } },
      { id: 'gradcam++', options: {} },
      { id: 'road', options: { k: '' } },
    ]);
  });

  it('leaves whatever follows the first = to the value', () => {
    expect(parseSelections('a:layer=x:y=z')).toEqual([{ id: 'a', options: { layer: 'x:y=z' } }]);
  });

  it.each([
    '',
    'deletion,',
    ',deletion',
    'steps=3',
    'deletion:',
    'deletion:steps',
    'deletion:=3',
    'a:x=1,x=2',
    'a:__proto__=1',
    'a b',
  ])('refuses %j', (text) => {
    expect(() => parseSelections(text)).toThrow(expect.objectContaining({ code: 'SELECTION_INVALID' }));
  });
});
