import { describe, expect, it } from '@jest/globals';
import { encodeNpy } from '@understory/imaging';
import { readNpy } from '../src/read-npy.ts';

describe('readNpy', () => {
  it('reads what is written', () => {
    const data = Float32Array.of(0, -1.5, 2, 3e-8, 5, 6);
    expect(readNpy(encodeNpy(data, [2, 3]), 'map')).toEqual({ height: 2, width: 3, data });
  });

  it('refuses what is torn, of another type or no such file', () => {
    const whole = encodeNpy(new Float32Array(6), [2, 3]);
    const doubles = Uint8Array.from(Buffer.from(Buffer.from(whole).toString('latin1').replace('<f4', '<f8'), 'latin1'));
    for (const bytes of [whole.slice(0, -1), doubles, new Uint8Array(200), encodeNpy(new Float32Array(6), [6])]) {
      expect(() => readNpy(bytes, 'map.npy')).toThrow(expect.objectContaining({ code: 'MAP_NOT_READABLE' }));
    }
  });
});
