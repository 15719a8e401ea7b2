import { seededRandom } from '@understory/core';
import type { CaptionTest } from '@understory/core';
import { fruitColours, fruitKinds } from './scene.ts';
import type { Fruit, FruitColour, FruitKind, Scene } from './scene.ts';

/** What the captions of a test differ in. */
export type CaptionTestKind = (typeof captionTestKinds)[number];

/** Objects are the control, which asks for nothing spatial. */
export const captionTestKinds = ['object', 'attribute', 'binding', 'left-right', 'above-below', 'word-order'] as const;

/** A test of captions of a scene. */
export interface SceneCaptionTest extends CaptionTest {
  readonly kind: CaptionTestKind;
  readonly box: NonNullable<CaptionTest['box']>;
  readonly onMirror: 'captions' | 'against';
}

type Named = Pick<Fruit, 'kind' | 'colour'>;

/**
 * The pairs of captions that a scene offers, at most one test of each kind, in the order of the kinds. Each pair differs in one thing:
 * one word (`object`, `attribute`, `left-right`, `above-below`), or two phrases that change places (`binding`, `word-order`).
 * Which of the two fruit is meant, and what is named wrongly, is drawn from the scene's seed.
 */
export function captionTests(scene: Scene): readonly SceneCaptionTest[] {
  const random = seededRandom(scene.seed).fork('captions');
  const [first, second] = scene.objects as [Fruit, Fruit, ...Fruit[]];
  const isFirst = random.integer(2) === 0;
  const [meant, other] = isFirst ? [first, second] : [second, first];
  const kinds = fruitKinds.filter((kind) => scene.objects.every((fruit) => fruit.kind !== kind));
  const colours = fruitColours.filter((colour) => scene.objects.every((fruit) => fruit.colour !== colour));
  const kind: FruitKind | undefined = kinds.length === 0 ? undefined : kinds[random.integer(kinds.length)];
  const colour: FruitColour | undefined = colours.length === 0 ? undefined : colours[random.integer(colours.length)];
  const isAcross = scene.axis === 'horizontal';

  const tests: SceneCaptionTest[] = [];
  const add = (
    kindOfTest: CaptionTestKind,
    write: (swapped: boolean) => readonly string[],
    onMirror: 'captions' | 'against' = 'captions',
  ) => {
    tests.push({ kind: kindOfTest, captions: write(false), against: write(true), box: meant.box, onMirror });
  };

  if (kind !== undefined)
    add('object', (swapped) => objects(swapped ? { ...meant, kind } : meant, other, first.kind === second.kind));
  if (colour !== undefined) add('attribute', (swapped) => attributes(swapped ? { ...meant, colour } : meant));
  if (first.kind !== second.kind && first.colour !== second.colour) {
    add('binding', (swapped) =>
      swapped ? both({ ...meant, colour: other.colour }, { ...other, colour: meant.colour }) : both(meant, other),
    );
  }
  if (isAcross) add('left-right', (swapped) => across(meant, other, isFirst !== swapped), 'against');
  else add('above-below', (swapped) => down(meant, other, isFirst !== swapped));
  add(
    'word-order',
    (swapped) => (swapped ? order(other, meant, scene, isFirst) : order(meant, other, scene, isFirst)),
    isAcross ? 'against' : 'captions',
  );
  return tests;
}

/** The names of a fruit: `red apple`. */
const name = ({ kind, colour }: Named) => `${colour} ${kind}`;

/** A name with its article: `an orange apple`. */
const one = (words: string) => `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`;

/** Fruit are named with their colours only where the kinds do not tell the two apart. */
function objects(fruit: Named, other: Named, isSameKind: boolean): readonly string[] {
  const call = (named: Named) => one(isSameKind ? name(named) : named.kind);
  return [
    call(fruit),
    `a photo of ${call(fruit)}`,
    `${call(fruit)} and ${call(other)}`,
    `a photo of ${call(other)} and ${call(fruit)}`,
  ];
}

function attributes(fruit: Named): readonly string[] {
  return [
    one(name(fruit)),
    `a photo of ${one(name(fruit))}`,
    `there is ${one(name(fruit))} in the picture`,
    `the color of the ${fruit.kind} is ${fruit.colour}`,
  ];
}

function both(fruit: Named, other: Named): readonly string[] {
  return [
    `${one(name(fruit))} and ${one(name(other))}`,
    `a photo of ${one(name(fruit))} and ${one(name(other))}`,
    `the ${fruit.kind} is ${fruit.colour} and the ${other.kind} is ${other.colour}`,
  ];
}

function across(fruit: Named, other: Named, isLeft: boolean): readonly string[] {
  const side = isLeft ? 'left' : 'right';
  return [
    ...relations(fruit, other, [`to the ${side} of`, `is on the ${side} of`]),
    `${one(shortest(fruit, other))} on the ${side}`,
    `the ${fruit.kind} on the ${side} is ${fruit.colour}`,
    `the color of the ${side} ${fruit.kind} is ${fruit.colour}`,
  ];
}

function down(fruit: Named, other: Named, isTop: boolean): readonly string[] {
  const relation = isTop ? 'above' : 'below';
  const side = isTop ? 'top' : 'bottom';
  return [
    ...relations(fruit, other, [relation, `is ${relation}`]),
    `${one(shortest(fruit, other))} at the ${side}`,
    `the ${fruit.kind} at the ${side} is ${fruit.colour}`,
    `the color of the ${side} ${fruit.kind} is ${fruit.colour}`,
  ];
}

/** True where `fruit` is the one that the test means; the names change places where it is the other. */
function order(fruit: Named, other: Named, { axis }: Scene, isFirst: boolean): readonly string[] {
  if (axis === 'horizontal') {
    const [side, far] = isFirst ? ['left', 'right'] : ['right', 'left'];
    return [
      ...relations(fruit, other, [`to the ${side} of`, `is on the ${side} of`]),
      `${one(name(fruit))} on the ${side} and ${one(name(other))} on the ${far}`,
    ];
  }
  const [relation, side, far] = isFirst ? ['above', 'top', 'bottom'] : ['below', 'bottom', 'top'];
  return [
    ...relations(fruit, other, [relation, `is ${relation}`]),
    `${one(name(fruit))} at the ${side} and ${one(name(other))} at the ${far}`,
  ];
}

function relations(fruit: Named, other: Named, [relation, verb]: readonly [string, string]): readonly string[] {
  return [
    `${one(shortest(fruit, other))} ${relation} ${one(shortest(other, fruit))}`,
    `the ${name(fruit)} ${verb} the ${name(other)}`,
  ];
}

/** The name of a fruit that tells it from another: without its colour where the kind is enough. */
function shortest(fruit: Named, other: Named): string {
  return fruit.kind === other.kind ? name(fruit) : fruit.kind;
}
