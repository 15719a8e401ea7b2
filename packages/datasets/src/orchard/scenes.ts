import { seededRandom } from '@understory/core';
import type { Box, SeededRandom } from '@understory/core';
import { posedShape } from './posed-shape.ts';
import { fruitColours, fruitKinds } from './scene.ts';
import type { Axis, Background, Difficulty, Fruit, FruitColour, FruitKind, Rgb, Scene, SceneOptions } from './scene.ts';

/** Places and sizes are whole numbers of this grid, so that scaling and mirroring are exact. */
const grid = 1024;

interface Manner {
  /** The longer side of a fruit's box, least and most, in parts of the grid. */
  readonly sizes: readonly [number, number];
  /** How far the middles of the two are from each other along the axis, least and most. */
  readonly apart: readonly [number, number];
  /** How far they may differ across it. */
  readonly across: number;
  readonly sameKind: number;
  readonly sameColour: number;
  /** How many of the tilts are drawn from. */
  readonly tilts: number;
  /** The largest change of tone in percent. */
  readonly tone: number;
}

const manners: Readonly<Record<Difficulty, Manner>> = {
  easy: { sizes: [330, 400], apart: [460, 540], across: 60, sameKind: 0, sameColour: 0, tilts: 1, tone: 4 },
  normal: { sizes: [270, 400], apart: [410, 560], across: 140, sameKind: 0.3, sameColour: 0.15, tilts: 5, tone: 8 },
  hard: { sizes: [170, 280], apart: [290, 480], across: 200, sameKind: 0.5, sameColour: 0.3, tilts: 7, tone: 14 },
};

/**
 * Scene `index` of a seed: the same for the same seed, index and options on every machine, whatever scenes were asked for before.
 * Throws a RangeError for an option that is out of range.
 */
export function orchardScene(seed: number | string, index: number, options: SceneOptions = {}): Scene {
  const { size = 128, difficulty = 'normal', clutter = 0 } = options;
  check('size', size, 16, 4096);
  check('clutter', clutter, 0, 3);
  check('index', index, 0, Number.MAX_SAFE_INTEGER);
  const random = seededRandom(seed).fork(`scene ${index}`);
  const manner = manners[difficulty];
  const axis = random.integer(2) === 0 ? 'horizontal' : 'vertical';
  const pair = drawPair(random, manner);
  const placed = drawPlaces(random, manner, axis, pair);
  for (let more = 0; more < clutter; more += 1) addClutter(random, manner, placed);
  const light = random.integer(2) === 0 ? 'left' : 'right';
  return {
    seed: `${seed}/${index}`,
    size,
    axis,
    objects: placed.map((fruit) => ({ ...fruit, box: scaled(fruit.box, size / grid) })),
    background: drawBackground(random.fork('background'), options),
    light,
  };
}

type Name = readonly [FruitKind, FruitColour];

function drawPair(random: SeededRandom, { sameKind, sameColour }: Manner): readonly [Name, Name] {
  const kind = pick(random, fruitKinds);
  const colour = pick(random, fruitColours);
  const isSameKind = random.uniform() < sameKind;
  const otherKind = isSameKind ? kind : pickOther(random, fruitKinds, [kind]);
  const isSameColour = random.uniform() < sameColour && !isSameKind;
  const otherColour = isSameColour ? colour : pickOther(random, fruitColours, [colour]);
  return [
    [kind, colour],
    [otherKind, otherColour],
  ];
}

function drawPlaces(random: SeededRandom, manner: Manner, axis: Axis, pair: readonly [Name, Name]): Fruit[] {
  for (;;) {
    const fruits = pair.map((name) => drawFruit(random, manner, name));
    const apart = between(random, manner.apart);
    const middle = grid / 2 + between(random, [-60, 60]);
    const level = grid / 2 + between(random, [-180, 180]);
    const objects = fruits.map((fruit, at) => {
      const along = middle + (at === 0 ? -1 : 1) * Math.floor(apart / 2);
      const across = level + between(random, [-Math.floor(manner.across / 2), Math.floor(manner.across / 2)]);
      return moved(fruit, axis === 'horizontal' ? [along, across] : [across, along]);
    });
    if (objects.every(isInside) && !overlap(objects[0]!.box, objects[1]!.box)) return objects;
  }
}

/** Adds a fruit of a kind and a colour that neither of the first two has, unless there is no room for one. */
function addClutter(random: SeededRandom, manner: Manner, objects: Fruit[]): void {
  const kinds = objects.map(({ kind }) => kind);
  const colours = objects.slice(0, 2).map(({ colour }) => colour);
  const name: Name = [pickOther(random, fruitKinds, kinds), pickOther(random, fruitColours, colours)];
  for (let shrink = 0; shrink < 200; shrink += 1) {
    const sizes = manner.sizes.map((side) => Math.floor((side * (220 - shrink)) / 300)) as [number, number];
    const fruit = drawFruit(random, { ...manner, sizes }, name);
    const place = [between(random, [0, grid]), between(random, [0, grid])] as const;
    const placed = moved(fruit, place);
    if (isInside(placed) && objects.every(({ box }) => !overlap(box, placed.box))) {
      objects.push(placed);
      return;
    }
  }
}

function drawFruit(random: SeededRandom, { sizes, tilts, tone }: Manner, [kind, colour]: Name): Fruit {
  const tilt = random.integer(tilts);
  const flipped = random.integer(2) === 1;
  const { width, height } = posedShape(kind, tilt, flipped);
  const side = between(random, sizes);
  const longer = Math.max(width, height);
  // Even, so that the middle of a fruit is on the grid.
  const even = (length: number) => 2 * Math.max(1, Math.round((length / longer) * (side / 2)));
  return {
    kind,
    colour,
    box: { x: 0, y: 0, width: even(width), height: even(height) },
    tone: between(random, [-tone, tone]),
    tilt,
    flipped,
  };
}

function moved(fruit: Fruit, [x, y]: readonly [number, number]): Fruit {
  const { width, height } = fruit.box;
  return { ...fruit, box: { x: x - width / 2, y: y - height / 2, width, height } };
}

const margin = 24;

function isInside({ box: { x, y, width, height } }: Fruit): boolean {
  return x >= margin && y >= margin && x + width <= grid - margin && y + height <= grid - margin;
}

function overlap(one: Box, other: Box): boolean {
  const gap = 16;
  return (
    one.x < other.x + other.width + gap &&
    other.x < one.x + one.width + gap &&
    one.y < other.y + other.height + gap &&
    other.y < one.y + one.height + gap
  );
}

function scaled({ x, y, width, height }: Box, by: number): Box {
  return { x: x * by, y: y * by, width: width * by, height: height * by };
}

function drawBackground(random: SeededRandom, { background = 'mixed', photographs = [] }: SceneOptions): Background {
  if (photographs.length > 0) {
    return { kind: 'photograph', image: pick(random, photographs), flipped: random.integer(2) === 1 };
  }
  const kind = background === 'mixed' ? pick(random, ['plain', 'gradient'] as const) : background;
  const colour = drawBackdrop(random);
  if (kind === 'plain') return { kind, colour };
  const change = between(random, [-36, 36]);
  return {
    kind,
    top: colour,
    bottom: colour.map((level) => Math.max(0, Math.min(255, level + change))) as unknown as Rgb,
  };
}

/** Pale or dark, and never as saturated as fruit. */
function drawBackdrop(random: SeededRandom): Rgb {
  const grey = random.uniform() < 0.8 ? between(random, [196, 236]) : between(random, [56, 92]);
  const [red, green, blue] = [between(random, [-16, 18]), between(random, [-14, 14]), between(random, [-20, 16])];
  return [grey + red, grey + green, grey + blue];
}

function pick<T>(random: SeededRandom, from: readonly T[]): T {
  return from[random.integer(from.length)]!;
}

function pickOther<T>(random: SeededRandom, from: readonly T[], than: readonly T[]): T {
  const others = from.filter((one) => !than.includes(one));
  return pick(random, others.length === 0 ? from : others);
}

/** A whole number from the least to the most. */
function between(random: SeededRandom, [least, most]: readonly [number, number]): number {
  return least + random.integer(most - least + 1);
}

function check(option: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${option} is a whole number from ${least} to ${most}, not ${value}`);
  }
}
