import { describe, expect, it } from '@jest/globals';
import { fileMetadata } from '@understory/core';

describe('fileMetadata', () => {
  it('holds entries by name, the last of those that share one', () => {
    const entries = [
      { key: 'stride', value: '32' },
      { key: '__proto__', value: 'x' },
      { key: 'stride', value: '16' },
    ];
    expect(Object.entries(fileMetadata(entries))).toEqual([
      ['stride', '16'],
      ['__proto__', 'x'],
    ]);
  });

  it('leaves out what is longer than a program would write, and entries beyond the thousandth', () => {
    const long = 'x'.repeat(2 ** 20);
    const many = Array.from({ length: 1001 }, (_, at) => ({ key: `k${at}`, value: '' }));
    expect(
      fileMetadata([
        { key: 'names', value: long },
        { key: '', value: long },
      ]),
    ).toEqual({ '': long });
    expect(Object.keys(fileMetadata(many))).toHaveLength(1000);
  });
});
