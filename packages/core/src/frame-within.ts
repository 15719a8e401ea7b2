import type { Box } from './contracts/metric.ts';

/** The rectangle that padding leaves to a picture, in pixels; `mask` is `[height, width]`, 1 where the picture is. All where nothing is masked. */
export function frameWithin(
  { height, width }: { readonly height: number; readonly width: number },
  mask: Uint8Array | undefined,
): Box {
  const first = mask?.indexOf(1) ?? -1;
  if (mask === undefined || first < 0) return { x: 0, y: 0, width, height };
  const last = mask.lastIndexOf(1);
  const [x, y] = [first % width, Math.floor(first / width)];
  return { x, y, width: (last % width) + 1 - x, height: Math.floor(last / width) + 1 - y };
}
