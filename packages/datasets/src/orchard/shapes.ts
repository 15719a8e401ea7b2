import { curves, ellipse, polygon, symmetric } from './outline.ts';
import type { Outline } from './outline.ts';
import type { FruitKind, Rgb } from './scene.ts';

/** One part of a fruit, painted over those before it. */
export interface Part {
  readonly outline: Outline;
  /** A colour of its own; absent for skin, which has the fruit's colour and is shaded as a ball. */
  readonly colour?: Rgb;
  /** In 0..255; 255 where absent. */
  readonly alpha?: number;
  /** Whether only what lies on the skin is painted. */
  readonly onSkin?: boolean;
}

const stalk: Rgb = [104, 72, 42];
const leaf: Rgb = [74, 140, 62];
const darkLeaf: Rgb = [52, 112, 54];
const shade: Rgb = [40, 24, 20];
const seed: Rgb = [255, 238, 176];

/** What each kind of fruit is drawn from, about -1 to 1 across and down, skin first. */
export const shapes: Readonly<Record<FruitKind, readonly Part[]>> = {
  apple: [
    {
      outline: symmetric(
        [0, -0.52],
        [0.25, -0.82, 0.96, -0.78, 0.96, -0.06],
        [0.96, 0.52, 0.56, 0.96, 0.26, 0.96],
        [0.12, 0.96, 0.08, 0.88, 0, 0.88],
      ),
    },
    { outline: ellipse(0, -0.5, 0.3, 0.12), colour: shade, alpha: 70, onSkin: true },
    {
      outline: curves(
        [-0.05, -0.46],
        [-0.05, -0.7, -0.02, -0.85, 0.08, -1.04],
        [0.12, -1.03, 0.15, -1.02, 0.18, -0.99],
        [0.08, -0.82, 0.06, -0.68, 0.05, -0.46],
        [0.02, -0.44, -0.02, -0.44, -0.05, -0.46],
      ),
      colour: stalk,
    },
    {
      outline: curves([0.08, -0.7], [0.12, -1.02, 0.42, -1.12, 0.7, -1.02], [0.62, -0.74, 0.34, -0.6, 0.08, -0.7]),
      colour: leaf,
    },
  ],
  banana: [
    {
      outline: curves(
        [-0.96, -0.52],
        [-1.02, 0.26, -0.36, 0.72, 0.3, 0.62],
        [0.62, 0.57, 0.88, 0.4, 1.0, 0.14],
        [0.98, 0.04, 0.92, 0, 0.84, 0.02],
        [0.5, 0.2, 0.24, 0.24, -0.04, 0.16],
        [-0.42, 0.05, -0.62, -0.24, -0.7, -0.6],
        [-0.78, -0.66, -0.9, -0.62, -0.96, -0.52],
      ),
    },
    {
      outline: curves(
        [-0.86, -0.5],
        [-0.8, 0.1, -0.3, 0.5, 0.26, 0.42],
        [0.56, 0.38, 0.78, 0.26, 0.92, 0.1],
        [0.8, 0.3, 0.56, 0.44, 0.28, 0.49],
        [-0.34, 0.58, -0.86, 0.14, -0.86, -0.5],
      ),
      colour: shade,
      alpha: 60,
      onSkin: true,
    },
    {
      outline: polygon(-0.95, -0.5, -0.97, -0.84, -0.82, -0.9, -0.7, -0.58, -0.82, -0.5),
      colour: stalk,
    },
    { outline: polygon(0.94, 0.3, 1.06, 0.12, 0.98, -0.02, 0.86, 0.02), colour: stalk },
  ],
  lemon: [
    {
      outline: curves(
        [-1, 0.02],
        [-0.94, -0.14, -0.86, -0.14, -0.78, -0.26],
        [-0.58, -0.6, -0.3, -0.7, 0, -0.7],
        [0.3, -0.7, 0.58, -0.6, 0.78, -0.26],
        [0.86, -0.14, 0.96, -0.16, 1.04, -0.06],
        [1.08, 0.02, 0.96, 0.16, 0.78, 0.28],
        [0.58, 0.6, 0.3, 0.7, 0, 0.7],
        [-0.3, 0.7, -0.58, 0.6, -0.78, 0.26],
        [-0.86, 0.14, -0.98, 0.12, -1, 0.02],
      ),
    },
    ...[
      [-0.5, 0.1],
      [-0.22, -0.3],
      [-0.1, 0.36],
      [0.16, 0.02],
      [0.36, 0.4],
      [0.44, -0.3],
      [0.62, 0.06],
      [-0.36, 0.42],
    ].map(([x = 0, y = 0]) => ({ outline: ellipse(x, y, 0.05, 0.05), colour: shade, alpha: 45, onSkin: true })),
    { outline: ellipse(-0.97, 0.02, 0.05, 0.08), colour: stalk },
  ],
  pear: [
    {
      outline: symmetric(
        [0, -0.82],
        [0.28, -0.82, 0.36, -0.56, 0.4, -0.32],
        [0.48, 0, 0.78, 0.14, 0.78, 0.5],
        [0.78, 0.84, 0.42, 1, 0, 1],
      ),
    },
    {
      outline: curves(
        [-0.05, -0.78],
        [-0.05, -0.95, 0, -1.1, 0.1, -1.22],
        [0.14, -1.22, 0.18, -1.2, 0.2, -1.16],
        [0.1, -1.05, 0.06, -0.92, 0.06, -0.78],
        [0.03, -0.75, -0.02, -0.75, -0.05, -0.78],
      ),
      colour: stalk,
    },
    ...[
      [-0.3, 0.6],
      [0.1, 0.75],
      [0.36, 0.5],
      [0.02, 0.4],
      [-0.14, 0.02],
      [0.2, 0.1],
    ].map(([x = 0, y = 0]) => ({ outline: ellipse(x, y, 0.035, 0.035), colour: shade, alpha: 60, onSkin: true })),
  ],
  pineapple: [
    { outline: ellipse(0, 0.34, 0.7, 0.74) },
    ...[-0.9, -0.5, -0.1, 0.3, 0.7, 1.1].flatMap((at) => [
      {
        outline: polygon(-0.8, at, -0.8, at - 0.08, 0.8, at + 0.58, 0.8, at + 0.66),
        colour: shade,
        alpha: 75,
        onSkin: true,
      },
      {
        outline: polygon(0.8, at, 0.8, at - 0.08, -0.8, at + 0.58, -0.8, at + 0.66),
        colour: shade,
        alpha: 75,
        onSkin: true,
      },
    ]),
    { outline: polygon(-0.16, -0.26, -0.62, -0.66, -0.56, -0.84, 0.02, -0.4, 0.1, -0.3), colour: darkLeaf },
    { outline: polygon(0.16, -0.26, 0.62, -0.66, 0.56, -0.84, -0.02, -0.4, -0.1, -0.3), colour: darkLeaf },
    { outline: polygon(-0.2, -0.28, -0.38, -0.9, -0.26, -0.98, 0.1, -0.4, 0.1, -0.26), colour: leaf },
    { outline: polygon(0.2, -0.28, 0.38, -0.9, 0.26, -0.98, -0.1, -0.4, -0.1, -0.26), colour: leaf },
    { outline: polygon(-0.18, -0.3, 0, -1.14, 0.18, -0.3, 0, -0.22), colour: darkLeaf },
    { outline: polygon(-0.26, -0.24, -0.32, -0.56, 0, -0.36, 0.32, -0.56, 0.26, -0.24, 0, -0.18), colour: leaf },
  ],
  strawberry: [
    {
      outline: symmetric([0, -0.52], [0.42, -0.74, 0.96, -0.58, 0.88, -0.06], [0.8, 0.42, 0.36, 0.9, 0, 1]),
    },
    ...[
      [-0.55, -0.1],
      [-0.18, -0.06],
      [0.2, -0.06],
      [0.56, -0.1],
      [-0.38, 0.22],
      [0, 0.26],
      [0.38, 0.22],
      [-0.2, 0.54],
      [0.2, 0.54],
      [0, 0.8],
    ].map(([x = 0, y = 0]) => ({ outline: ellipse(x, y, 0.05, 0.075), colour: seed, onSkin: true })),
    {
      outline: polygon(
        ...[-0.05, -0.66, -0.3, -0.86, -0.4, -0.66, -0.8, -0.66, -0.56, -0.46, -0.62, -0.22, -0.26, -0.4],
        ...[0, -0.12, 0.26, -0.4, 0.62, -0.22, 0.56, -0.46, 0.8, -0.66, 0.4, -0.66, 0.3, -0.86, 0.05, -0.66],
      ),
      colour: leaf,
    },
    { outline: polygon(-0.06, -0.62, -0.03, -0.98, 0.09, -0.98, 0.06, -0.62), colour: darkLeaf },
  ],
};
