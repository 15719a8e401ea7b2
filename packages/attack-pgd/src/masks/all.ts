import { configurable, float32, type Mask } from '@understory/core';
import { sameForAll } from './binary-mask.ts';

/** Every pixel. */
export const all = configurable('all', {}, (): Mask => ({
  async draw(request) {
    const { height, width } = request;
    return sameForAll(float32(new Float32Array(height * width).fill(1), [height, width]), request);
  },
}));
