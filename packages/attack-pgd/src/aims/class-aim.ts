import { checkClass, errors, expression, takeTensor, toFloat32 } from '@understory/core';
import type { AttackRequest, ClassGoal, ClassScores } from '@understory/core';
import type { Sample } from '../attempt.ts';
import { indices, placeOfLargest, rowOf } from '../rows.ts';
import type { Settings } from '../settings.ts';
import { warningOfProbabilities, warningOfRandomness } from '../warnings.ts';
import type { Aim } from './aim.ts';
import { scoresOf } from './scores.ts';

/** A request for classes, of a subject that has them. */
export type ClassRequest = Omit<AttackRequest, 'goal'> & {
  readonly goal: { readonly kind: ClassGoal['kind']; readonly classes: readonly number[] };
};

/** Towards a class, or away from one; throws OPTION_INVALID where the objective takes more classes than there are. */
export function classAim(request: ClassRequest, classes: ClassScores, settings: Settings): Aim {
  const { subject, pixels, goal, signal } = request;
  const { objective, stop, start } = settings;
  const { kind } = goal;
  checkClassCount(settings, kind, classes.count);
  const needsOriginal = objective.needsOriginal(kind);
  /** The class that the model says of each untouched sample, as far as it is known. */
  const originals: number[] = [];
  const wantedOf = ({ index }: Sample) => goal.classes[index]!;

  return {
    form: JSON.stringify([kind, classes.output]),
    reads: [classes.output],
    parts(inspection) {
      const areProbabilities = subject.subject.model.graph === undefined && inspection.looksLikeProbabilities;
      const { logits, probabilities, compared } = scoresOf(classes, areProbabilities);
      return {
        inputs: [index('goal'), ...(needsOriginal ? [index('original')] : [])],
        value: objective.value({
          logits: compared,
          goal: expression.input('goal'),
          original: expression.input('original'),
          kind,
        }),
        outputs: { logits, probabilities },
      };
    },
    async begin(samples, batch) {
      if (!start && !needsOriginal && classes.count !== undefined) return;
      for (let first = 0; first < samples.length; first += batch) {
        signal?.throwIfAborted();
        const some = samples.slice(first, first + batch);
        const places = some.map((sample) => sample.index);
        const answers = await subject.answer(takeTensor(pixels, places));
        some.forEach((sample, at) => {
          const { logits, decision } = answers[at]!.classes!;
          checkClassCount(settings, kind, logits.length);
          checkClass(wantedOf(sample), logits.length);
          originals[sample.index] = decision;
        });
      }
    },
    feeds: (samples) => ({
      goal: indices(samples.map(wantedOf)),
      ...(needsOriginal && { original: indices(samples.map((sample) => originals[sample.index]!)) }),
    }),
    scores: ({ logits }) => toFloat32(logits!),
    judge(outputs, samples) {
      const [allLogits, allProbabilities] = [toFloat32(outputs['logits']!), toFloat32(outputs['probabilities']!)];
      return samples.map((sample, at) => {
        const logits = rowOf(allLogits, at, samples.length);
        const probabilities = rowOf(allProbabilities, at, samples.length);
        const wanted = wantedOf(sample);
        const best = placeOfLargest(logits);
        const original = (originals[sample.index] ??= best);
        const { trajectory } = sample;
        trajectory.probability.push(probabilities[wanted]!);
        trajectory.logit.push(logits[wanted]!);
        trajectory.originalProbability.push(probabilities[original]!);
        trajectory.originalLogit.push(logits[original]!);
        return stop.isReached({ best, probabilities }, { kind, class: wanted });
      });
    },
    warnings: (inspection) => [
      ...warningOfRandomness(inspection, 'logits'),
      ...warningOfProbabilities(classes, inspection),
    ],
  };
}

const index = (name: string) => ({ name, type: 'int64', dims: ['N'] }) as const;

function checkClassCount({ name, objective }: Settings, kind: ClassGoal['kind'], count: number | undefined): void {
  const needed = objective.classes(kind);
  if (count === undefined || count >= needed) return;
  throw errors.optionInvalid({
    of: name,
    option: 'objective',
    found: `${objective.id}, for a model of ${count} ${count === 1 ? 'class' : 'classes'}`,
    expected: `one that works with ${count}; this takes ${needed}`,
  });
}
