import { maskOfArea, maskOfBoxes, type Box, type MetricRequest, type Target } from '@understory/core';

interface Size {
  readonly height: number;
  readonly width: number;
}

/**
 * Where the explained thing is, for metrics of one sample: the box or the area of the target where it has one, since the boxes of the data set may be of other
 * things, else those boxes; nothing where neither is known. An area has the box around it. All in pixels of the picture that the model is fed.
 */
export function whereabouts(
  { area, box }: Pick<Target, 'area' | 'box'>,
  labelled: readonly Box[] | undefined,
  picture: Size,
): Pick<MetricRequest, 'boxes' | 'objects'> {
  if (area !== undefined) {
    const mask = maskOfArea(area, picture);
    return { boxes: [boxesAround(mask, picture)], objects: [mask] };
  }
  const boxes = box === undefined ? labelled : [box];
  if (boxes === undefined) return {};
  return { boxes: [boxes], objects: [boxes.length === 0 ? undefined : maskOfBoxes(boxes, picture)] };
}

/** The smallest box with all pixels of a mask; none where it has none. */
function boxesAround(mask: Uint8Array, { width }: Size): readonly Box[] {
  let [left, top, right, bottom] = [Infinity, Infinity, 0, 0];
  for (const [at, inside] of mask.entries()) {
    if (inside === 0) continue;
    const [x, y] = [at % width, Math.floor(at / width)];
    [left, top] = [Math.min(left, x), Math.min(top, y)];
    [right, bottom] = [Math.max(right, x + 1), Math.max(bottom, y + 1)];
  }
  return right === 0 ? [] : [{ x: left, y: top, width: right - left, height: bottom - top }];
}
