/**
 * The axes along which the colours of photographs are uncorrelated, near enough: intensity, red against blue, and green against both.
 * Ohta, Kanade and Sakai 1980, "Color information for region segmentation". Each is as long as colours spread along it, relative to
 * intensity.
 */
const axes = [
  { direction: [1, 1, 1], spread: 1 },
  { direction: [1, 0, -1], spread: 0.28 },
  { direction: [-1, 2, -1], spread: 0.14 },
] as const;

/** `[channels, axes]` of red, green and blue: the colour of each axis, in its column. */
export const uncorrelated: Float32Array = Float32Array.from({ length: 9 }, (_, at) => {
  const { direction, spread } = axes[at % 3]!;
  return (spread * direction[Math.floor(at / 3)]!) / Math.hypot(direction[0], direction[1], direction[2]);
});
