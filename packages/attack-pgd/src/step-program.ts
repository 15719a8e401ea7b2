import { expression, type AttackGoal, type Expression, type PixelClassifier, type Program } from '@understory/core';
import { perSample, SMALLEST } from './per-sample.ts';
import { scoresOf } from './scores.ts';
import type { Settings } from './settings.ts';

export interface StepProgramOptions {
  readonly settings: Settings;
  readonly classifier: PixelClassifier;
  readonly kind: AttackGoal['kind'];
  /** Of a model without a graph: whether what it gives looks like probabilities. */
  readonly areProbabilities: boolean;
}

/**
 * An evaluation and the step that follows it, in one run of the model.
 *
 * In: `pixels` and `origin` `[N, 3, H, W]` in 0..1, `mask` `[N, 1, H, W]`, `size` `[N, 1, 1, 1]`, int64 `goal` `[N]`, and where the
 * settings ask for them `original` and `rank` `[N]`, `momentum` and `previous` `[N, 3, H, W]`, `inertia` `[N, 1, 1, 1]`. Out: the next
 * `pixels` and `momentum`; `logits` and `probabilities` `[N, C]`, `objective` `[N, 1]` and `strength` `[N, 1, 1, 1]`, the sum of the
 * gradient's magnitudes within the mask, all of the pixels that came in.
 */
export function stepProgram({ settings, classifier, kind, areProbabilities }: StepProgramOptions): Program {
  const { objective, direction, controls, momentum } = settings;
  const { height, width } = classifier;
  const [pixels, origin, mask, size] = ['pixels', 'origin', 'mask', 'size'].map(expression.input) as [
    Expression,
    Expression,
    Expression,
    Expression,
  ];
  const { project } = settings.ball([3, height, width]);
  const { logits, probabilities } = scoresOf(classifier.classifier, areProbabilities);
  const value = objective.value({
    logits,
    goal: expression.input('goal'),
    original: expression.input('original'),
    kind,
  });

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

  return {
    inputs: inputsOf(settings, kind, [height, width]),
    feeds: { [classifier.classifier.input]: classifier.normalised(pixels) },
    objective: value,
    outputs: {
      pixels: controls.usesInertia ? within(withInertia(pixels, stepped)) : stepped,
      ...(momentum !== 0 && { momentum: gathered }),
      logits,
      probabilities,
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
  { objective, direction, controls, momentum }: Settings,
  kind: AttackGoal['kind'],
  [height, width]: readonly [height: number, width: number],
): Program['inputs'] {
  const picture = (name: string) => ({ name, type: 'float32', dims: ['N', 3, height, width] }) as const;
  const number = (name: string) => ({ name, type: 'float32', dims: ['N', 1, 1, 1] }) as const;
  const index = (name: string) => ({ name, type: 'int64', dims: ['N'] }) as const;
  return [
    picture('pixels'),
    picture('origin'),
    { name: 'mask', type: 'float32', dims: ['N', 1, height, width] },
    number('size'),
    index('goal'),
    ...(objective.needsOriginal(kind) ? [index('original')] : []),
    ...(direction.keeps ? [index('rank')] : []),
    ...(momentum !== 0 ? [picture('momentum')] : []),
    ...(controls.usesInertia ? [picture('previous'), number('inertia')] : []),
  ];
}
