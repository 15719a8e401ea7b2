import type { FruitKind } from './scene.ts';
import { shapes } from './shapes.ts';
import type { Part } from './shapes.ts';

/** Cosine and sine of the tilts, as fractions of Pythagorean triples, which are the same on every machine: 0, 10, 16 and 23 degrees. */
const tilts = [
  [1, 0],
  [60 / 61, 11 / 61],
  [60 / 61, -11 / 61],
  [24 / 25, 7 / 25],
  [24 / 25, -7 / 25],
  [12 / 13, 5 / 13],
  [12 / 13, -5 / 13],
] as const;

/** A fruit's parts, tilted and flipped, and what they cover together. */
export interface PosedShape {
  readonly parts: readonly Part[];
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const posed = new Map<string, PosedShape>();

/** The shape of a kind of fruit in a pose. */
export function posedShape(kind: FruitKind, tilt: number, flipped: boolean): PosedShape {
  const key = `${kind} ${tilt} ${flipped}`;
  const known = posed.get(key);
  if (known !== undefined) return known;
  const made = pose(shapes[kind], tilts[tilt % tilts.length]!, flipped ? -1 : 1);
  posed.set(key, made);
  return made;
}

function pose(parts: readonly Part[], [cos, sin]: readonly [number, number], side: number): PosedShape {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  const turned = parts.map((part) => {
    const outline = new Float64Array(part.outline.length);
    for (let at = 0; at < outline.length; at += 2) {
      const [x, y] = [part.outline[at]!, part.outline[at + 1]!];
      const [turnedX, turnedY] = [side * (cos * x - sin * y), sin * x + cos * y];
      outline[at] = turnedX;
      outline[at + 1] = turnedY;
      if (part.onSkin === true) continue;
      [left, right] = [Math.min(left, turnedX), Math.max(right, turnedX)];
      [top, bottom] = [Math.min(top, turnedY), Math.max(bottom, turnedY)];
    }
    return { ...part, outline };
  });
  return { parts: turned, left, top, width: right - left, height: bottom - top };
}
