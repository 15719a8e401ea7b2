/** An explainer in plain JavaScript that never gives its thread back while a file `block` lies beside it, as native code may not. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const block = fileURLToPath(new URL('./block', import.meta.url));

/** How many pictures are explained before it blocks. */
let left = 2;

const blocking = {
  async explain({ feeds: { image } }) {
    left -= 1;
    if (left < 0 && existsSync(block)) {
      console.log('blocked');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
    const [samples] = image.dims;
    const size = image.data.length / samples;
    return Array.from({ length: samples }, (_, sample) => ({
      height: 2,
      width: 2,
      data: image.data.slice(sample * size, sample * size + 4).map((value, at) => (value + at) / 4),
    }));
  },
};

export default {
  name: 'understory-plugin-blocking',
  version: '1.0.0',
  hostApi: '^1.0.0',
  provides: [{ kind: 'explainer', id: 'blocking', title: 'Blocking', description: 'Blocks.' }],
  register: (registry) => registry.bind({ name: 'explainer' }, 'blocking', () => blocking),
};
