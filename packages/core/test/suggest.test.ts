import { describe, expect, it } from '@jest/globals';
import { closest } from '@understory/core';

const labels = ['tiger cat', 'tabby, tabby cat', 'Persian cat', 'Egyptian cat', 'tench, Tinca tinca', 'goldfish'];

describe('closest', () => {
  it('finds text within a label', () => {
    expect(closest('tabby', labels)[0]).toBe('tabby, tabby cat');
    expect(closest('PERSIAN', labels)).toEqual(['Persian cat']);
  });

  it('puts the shortest label that contains the text first, and stops at n', () => {
    expect(closest('cat', labels)).toEqual(['tiger cat', 'Persian cat', 'Egyptian cat']);
    expect(closest('cat', labels, 1)).toEqual(['tiger cat']);
  });

  it('forgives slips of the finger, in a synonym too', () => {
    expect(closest('gradcma', ['cam', 'layercam', 'gradcam'])[0]).toBe('gradcam');
    expect(closest('tinca tinka', labels)).toEqual(['tench, Tinca tinca']);
    expect(closest('layer4.2.conv1', ['layer4.2', 'layer1.0'])).toEqual(['layer4.2']);
  });

  it('is silent where nothing comes close', () => {
    expect(closest('zeppelin', labels)).toEqual([]);
    expect(closest('', labels)).toEqual([]);
    expect(closest('x', ['a', 'ab'])).toEqual([]);
    expect(closest('cat', [])).toEqual([]);
  });

  it('names a candidate once', () => {
    expect(closest('crane', ['crane', 'crane'])).toEqual(['crane']);
  });
});
