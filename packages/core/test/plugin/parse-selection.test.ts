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

  it('takes a value without a name for the option of that id that needs none', () => {
    const unnamed = (id: string) => (id.startsWith('origin') ? 'fraction' : undefined);
    expect(parseSelections('origin-top:0.1, origin-bottom: 1/4 ,steps=3,all', unnamed)).toEqual([
      { id: 'origin-top', options: { fraction: '0.1' } },
      { id: 'origin-bottom', options: { fraction: '1/4', steps: '3' } },
      { id: 'all', options: {} },
    ]);
    for (const text of ['all:0.1', 'origin-top:', 'origin-top:0.1,fraction=0.2', 'origin-top:0.1:0.2=']) {
      expect(() => parseSelections(text, unnamed)).toThrow(expect.objectContaining({ code: 'SELECTION_INVALID' }));
    }
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
