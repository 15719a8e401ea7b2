import type { Box } from '@understory/core';
import type { Fruit, Scene } from '../../src/orchard/index.ts';

const colours = 'red|orange|yellow|green|blue|purple';
const kinds = 'apple|banana|lemon|pear|pineapple|strawberry';
const some = `(?:(?:a|an|the) )((?:(?:${colours}) )?(?:${kinds}))`;

type Claim = (scene: Scene, ...words: readonly string[]) => boolean;

/** Every form of caption, read here on its own from the words and the boxes, not from how it was written. */
const forms: readonly (readonly [form: string, claim: Claim])[] = [
  [`(?:a photo of )?${some}`, exists],
  [`there is ${some} in the picture`, exists],
  [`(?:a photo of )?${some} and ${some}`, (scene, one, other) => exists(scene, one) && exists(scene, other)],
  [`the color of the (${kinds}) is (${colours})`, (scene, kind, colour) => exists(scene, `${colour} ${kind}`)],
  [
    `the (${kinds}) is (${colours}) and the (${kinds}) is (${colours})`,
    (scene, kind, colour, other, its) => exists(scene, `${colour} ${kind}`) && exists(scene, `${its} ${other}`),
  ],
  [
    `${some} (?:is )?(?:to|on) the (left|right) of ${some}`,
    (scene, one, side, other) => related(scene, one!, side!, other!),
  ],
  [`${some} (?:is )?(above|below) ${some}`, (scene, one, side, other) => related(scene, one!, side!, other!)],
  [`${some} (?:on|at) the (left|right|top|bottom)`, (scene, fruit, side) => lies(scene, fruit!, side!)],
  [
    `${some} (?:on|at) the (left|right|top|bottom) and ${some} (?:on|at) the (left|right|top|bottom)`,
    (scene, one, side, other, far) => lies(scene, one!, side!) && lies(scene, other!, far!),
  ],
  [
    `the (${kinds}) (?:on|at) the (left|right|top|bottom) is (${colours})`,
    (scene, kind, side, colour) => lies(scene, `${colour} ${kind}`, side!),
  ],
  [
    `the color of the (left|right|top|bottom) (${kinds}) is (${colours})`,
    (scene, side, kind, colour) => lies(scene, `${colour} ${kind}`, side!),
  ],
];

/** Whether a caption is true of a scene. */
export function isTrue(scene: Scene, caption: string): boolean {
  for (const [form, claim] of forms) {
    const [whole, ...words] = new RegExp(`^${form}$`).exec(caption) ?? [];
    if (whole !== undefined) return claim(scene, ...words);
  }
  throw new Error(`no form of caption: ${caption}`);
}

function called(scene: Scene, name: string | undefined): readonly Fruit[] {
  return scene.objects.filter(({ kind, colour }) => name === kind || name === `${colour} ${kind}`);
}

function exists(scene: Scene, name: string | undefined): boolean {
  return called(scene, name).length > 0;
}

const middle = ({ x, y, width, height }: Box) => [x + width / 2, y + height / 2] as const;

function related(scene: Scene, one: string, side: string, other: string): boolean {
  const [[x, y], [otherX, otherY]] = [middle(called(scene, one)[0]!.box), middle(called(scene, other)[0]!.box)];
  return { left: x < otherX, right: x > otherX, above: y < otherY, below: y > otherY }[side]!;
}

function lies(scene: Scene, name: string, side: string): boolean {
  const half = scene.size / 2;
  return called(scene, name).some(({ box }) => {
    const [x, y] = middle(box);
    return { left: x < half, right: x > half, top: y < half, bottom: y > half }[side]!;
  });
}
