import { expression, type Expression, type Feeds, type PixelSubject, type Program } from '@understory/core';
import type { AimParts } from './aims/aim.ts';
import { perSample, SMALLEST } from './per-sample.ts';
import type { Settings } from './settings.ts';

export interface StepProgramOptions {
  readonly settings: Settings;
  readonly subject: PixelSubject;
  /** What the model is fed beside the picture, for one sample. */
  readonly sides: Feeds;
  readonly aim: AimParts;
}

/** What a program calls a value that the model is fed beside the picture. */
export const sideName = (name: string): string => `side.${name}`;

/**
 * An evaluation and the step that follows it, in one run of the model.
 *
 * In: `pixels` and `origin` `[N, C, H, W]` in 0..1, `mask` `[N, 1, H, W]`, `size` `[N, 1, 1, 1]`, what the aim and the side inputs are
 * fed, and where the settings ask for them int64 `rank` `[N]`, `momentum` and `previous` `[N, C, H, W]`, `inertia` `[N, 1, 1, 1]`. Out:
 * the next `pixels` and `momentum`; what the aim hands back, `objective` `[N]` and `strength` `[N, 1, 1, 1]`, the sum of the
 * gradient's magnitudes within the mask, all of the pixels that came in.
 */
export function stepProgram({ settings, subject, sides, aim }: StepProgramOptions): Program {
  const { direction, controls, momentum } = settings;
  const { channels, height, width } = subject;
  const [pixels, origin, mask, size] = ['pixels', 'origin', 'mask', 'size'].map(expression.input) as [
    Expression,
    Expression,
    Expression,
    Expression,
  ];
  const { project } = settings.ball([channels, height, width]);

  // What the mask shuts out counts for no norm and no rank.
  const gradient = expression.whereGreater(mask, 0, expression.gradient('pixels'), 0);
  const strength = expression.sum(expression.absolute(gradient), perSample);
  const gathered =
    momentum === 0
      ? gradient
      : expression.add(
          expression.multiply(expression.input('momentum'), momentum),
          expression.divide(gradient, expression.maximum(strength, SMALLEST)),
        );
  const step = expression.multiply(
    direction.along(gathered, expression.input('rank')),
    expression.multiply(size, mask),
  );
  const within = (moved: Expression) => {
    const kept = expression.add(origin, project(expression.subtract(moved, origin)));
    return expression.minimum(expression.maximum(kept, 0), 1);
  };
  const stepped = within(expression.add(pixels, step));

  const fed = Object.keys(sides).map((name) => [name, expression.input(sideName(name))] as const);
  return {
    inputs: [...inputsOf(settings, [channels, height, width]), ...aim.inputs, ...sideInputs(sides)],
    feeds: { ...Object.fromEntries(fed), [subject.subject.picture.name]: subject.normalised(pixels) },
    objective: aim.value,
    outputs: {
      pixels: controls.usesInertia ? within(withInertia(pixels, stepped)) : stepped,
      ...(momentum !== 0 && { momentum: gathered }),
      ...aim.outputs,
      objective: expression.objective(),
      strength,
    },
  };
}

/** Croce and Hein 2020, equation 3. */
function withInertia(pixels: Expression, stepped: Expression): Expression {
  const inertia = expression.input('inertia');
  const onwards = expression.multiply(expression.subtract(stepped, pixels), expression.subtract(1, inertia));
  const before = expression.multiply(expression.subtract(pixels, expression.input('previous')), inertia);
  return expression.add(pixels, expression.add(onwards, before));
}

function inputsOf(
  { direction, controls, momentum }: Settings,
  [channels, height, width]: readonly [channels: number, height: number, width: number],
): Program['inputs'] {
  const picture = (name: string) => ({ name, type: 'float32', dims: ['N', channels, height, width] }) as const;
  const number = (name: string) => ({ name, type: 'float32', dims: ['N', 1, 1, 1] }) as const;
  return [
    picture('pixels'),
    picture('origin'),
    { name: 'mask', type: 'float32', dims: ['N', 1, height, width] },
    number('size'),
    ...(direction.keeps ? [{ name: 'rank', type: 'int64', dims: ['N'] } as const] : []),
    ...(momentum !== 0 ? [picture('momentum')] : []),
    ...(controls.usesInertia ? [picture('previous'), number('inertia')] : []),
  ];
}

function sideInputs(sides: Feeds): Program['inputs'] {
  return Object.entries(sides).map(([name, { type, dims }]) => ({
    ...{ name: sideName(name), type },
    dims: ['N', ...dims.slice(1)],
  }));
}
