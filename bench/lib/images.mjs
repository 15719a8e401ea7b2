/** Images of noise in the range that normalised pixels have, the same on every run. */
export function images(batch, size = 224) {
  let state = 1;
  const data = new Float32Array(batch * 3 * size * size);
  for (let at = 0; at < data.length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[at] = (state / 2 ** 32) * 4 - 2;
  }
  return { type: 'float32', dims: [batch, 3, size, size], data };
}
