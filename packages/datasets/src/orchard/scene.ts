import type { Box } from '@understory/core';
import type { RgbImage } from '@understory/imaging';

/** Kinds of fruit, told apart by their shapes alone. */
export const fruitKinds = ['apple', 'banana', 'lemon', 'pear', 'pineapple', 'strawberry'] as const;

/** Colours of fruit; each kind comes in each. */
export const fruitColours = ['red', 'orange', 'yellow', 'green', 'blue', 'purple'] as const;

export type FruitKind = (typeof fruitKinds)[number];

export type FruitColour = (typeof fruitColours)[number];

/** Red, green and blue, whole numbers in 0..255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** One fruit of a scene. */
export interface Fruit {
  readonly kind: FruitKind;
  readonly colour: FruitColour;
  /** What the fruit covers with stalk and leaves, in pixels of a picture of the scene's size; may be fractions. */
  readonly box: Box;
  /** How much darker (negative) or lighter the colour is than the middle one of its name, in percent. */
  readonly tone: number;
  /** Which of the fixed tilts the fruit has, counted from 0, which is upright. */
  readonly tilt: number;
  /** Whether the fruit is drawn as its mirror image. */
  readonly flipped: boolean;
}

/** What lies behind the fruit. */
export type Background =
  | { readonly kind: 'plain'; readonly colour: Rgb }
  | { readonly kind: 'gradient'; readonly top: Rgb; readonly bottom: Rgb }
  /** The middle square of a photograph, scaled to the picture. */
  | { readonly kind: 'photograph'; readonly image: RgbImage; readonly flipped: boolean };

/** How two fruit lie to each other. */
export type Axis = 'horizontal' | 'vertical';

/** A picture of fruit and what is true of it. */
export interface Scene {
  /** Seed and number of the scene; whatever else is drawn about it is drawn from here. */
  readonly seed: string;
  /** Width and height in pixels. */
  readonly size: number;
  /** Along which axis the first two fruit lie: the first is on the left or above. */
  readonly axis: Axis;
  /** The two fruit that captions are about, then clutter; drawn in this order. No two have the same kind and colour. */
  readonly objects: readonly Fruit[];
  readonly background: Background;
  /** Whether light comes from the left or the right; from above in any case. */
  readonly light: 'left' | 'right';
}

/** What a scene is like. */
export interface SceneOptions {
  /** Width and height in pixels, 16 to 4096; 128 where absent. */
  readonly size?: number;
  /** `easy`: two large fruit of different kinds and colours; `normal` where absent; `hard`: small, tilted, often of one kind. */
  readonly difficulty?: Difficulty;
  /** How many more fruit there are than the two that captions are about, 0 to 3; 0 where absent. */
  readonly clutter?: number;
  /** `mixed` where absent: plain or gradient. */
  readonly background?: 'plain' | 'gradient' | 'mixed';
  /** Pictures to lie behind the fruit, one drawn for each scene; instead of `background`. */
  readonly photographs?: readonly RgbImage[];
}

export const difficulties = ['easy', 'normal', 'hard'] as const;

export type Difficulty = (typeof difficulties)[number];
