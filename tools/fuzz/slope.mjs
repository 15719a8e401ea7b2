/** Steps along a direction, each half the one before. */
const steps = [8e-3, 4e-3, 2e-3, 1e-3, 5e-4, 2.5e-4];

/**
 * What is wrong with a slope along a direction, in words, or nothing. `valueAt` gives the function a step away, `size` is that of what
 * float32 rounds and `length` that of the gradient.
 * A step is believed where going forward, going back and half of it say the same: within it lies no kink and no pole. A wrong slope is
 * wrong at every such step, a right one at none but by chance. Where no step is believed, differences tell nothing.
 */
export async function judgeSlope({ valueAt, slope, length, size }) {
  const middle = await valueAt(0);
  const tries = [];
  for (const step of steps) {
    const [forward, back] = [(await valueAt(step)) - middle, middle - (await valueAt(-step))].map(
      (change) => change / step,
    );
    tries.push({ forward, back, both: (forward + back) / 2, noise: (2e-6 * size) / step });
  }
  const believed = [];
  for (const [at, each] of tries.slice(0, -1).entries()) {
    const finer = tries[at + 1];
    const largest = Math.max(...[each, finer].flatMap(({ forward, back }) => [Math.abs(forward), Math.abs(back)]));
    const isTold = at === 0 || finer.noise < 0.005 * Math.max(largest, length);
    const agrees = [each, finer].every(({ forward, back }) => Math.abs(forward - back) < 0.04 * largest + finer.noise);
    const settled = Math.abs(each.both - finer.both) < 0.003 * Math.max(largest, length) + finer.noise;
    if (isTold && agrees && settled) believed.push({ ...finer, scale: Math.max(largest, length) + finer.noise });
  }
  const isWrong = ({ both, noise, scale }) => Math.abs(slope - both) > 0.03 * scale + 5 * noise;
  if (believed.length === 0) return { isJudged: false };
  if (!believed.every(isWrong)) return { isJudged: true };
  const said = believed.map(({ both }) => both).join(', ');
  return { isJudged: true, problem: `along a direction the gradient is ${slope}, differences say ${said}` };
}
