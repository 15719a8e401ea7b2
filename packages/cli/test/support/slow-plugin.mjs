/** An explainer in plain JavaScript that keeps its thread for a third of a second over each picture. */
const slow = {
  async explain({ feeds: { image } }) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 333);
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
  name: 'understory-plugin-slow',
  version: '1.0.0',
  hostApi: '^1.0.0',
  provides: [{ kind: 'explainer', id: 'slow', title: 'Slow', description: 'Takes its time.' }],
  register: (registry) => registry.bind({ name: 'explainer' }, 'slow', () => slow),
};
