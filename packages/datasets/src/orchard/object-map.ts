import { coverageOf, full } from './coverage.ts';
import { posedShape } from './posed-shape.ts';
import { backToFront, placed } from './render.ts';
import type { Scene } from './scene.ts';

/**
 * Which object each pixel of the picture of a scene belongs to, `[size, size]` in row-major order: 0 for the background, else one more than
 * its index in `scene.objects`. A pixel belongs to the foremost object that covers at least half of it, with stalk and leaves.
 */
export function objectMap(scene: Scene, size: number = scene.size): Uint8Array {
  const map = new Uint8Array(size * size);
  const scale = size / scene.size;
  for (const fruit of backToFront(scene)) {
    const shape = posedShape(fruit.kind, fruit.tilt, fruit.flipped);
    const covered = new Uint16Array(size * size);
    for (const { outline, onSkin } of shape.parts) {
      if (onSkin === true) continue;
      const { left, top, width, data } = coverageOf(placed(outline, shape, fruit, scale, 0), size);
      data.forEach((own, at) => {
        const pixel = (top + Math.floor(at / width)) * size + left + (at % width);
        covered[pixel] = Math.max(covered[pixel]!, own);
      });
    }
    const value = 1 + scene.objects.indexOf(fruit);
    covered.forEach((own, pixel) => {
      if (2 * own >= full) map[pixel] = value;
    });
  }
  return map;
}
