/** All axes of `[N, C, H, W]` but the batch. */
export const perSample = [1, 2, 3] as const;

/** The smallest normal float32, for denominators that may be zero. */
export const SMALLEST = 2 ** -126;
