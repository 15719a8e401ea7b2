import { expression, formOf, toFloat32 } from '@understory/core';
import type { AttackGoal, PixelSubject } from '@understory/core';
import { warningOfRandomness } from '../warnings.ts';
import type { Aim } from './aim.ts';
import { readingInputs, readingValue, tensorsOf } from './reading-value.ts';

/** Towards a larger number of any subject; throws a RangeError for targets of more than one form. */
export function raiseAim(
  { subject }: PixelSubject,
  { targets, isReached }: Extract<AttackGoal, { readonly kind: 'raise' }>,
): Aim {
  const [first] = targets;
  const form = formOf(first!);
  if (targets.some((target) => formOf(target) !== form)) throw new RangeError('targets of more than one form');
  const readings = targets.map(({ reading }) => reading);
  return {
    form: JSON.stringify(['raise', form, subject.reads]),
    reads: tensorsOf(readings[0]!),
    parts() {
      const { value, inputs } = readingValue(readings[0]!);
      const outputs = subject.reads.map((name, at) => [`read.${at}`, expression.tensor(name)] as const);
      return { inputs, value, outputs: Object.fromEntries(outputs) };
    },
    begin: () => Promise.resolve(),
    feeds: (samples, { dims }) =>
      readingInputs(
        samples.map(({ index }) => readings[index]!),
        dims,
      ),
    scores: ({ objective }) => toFloat32(objective!),
    judge(outputs, samples) {
      const values = toFloat32(outputs['objective']!);
      const said = subject.reads.map((name, at) => [name, outputs[`read.${at}`]!] as const);
      const answers = subject.answersOf(Object.fromEntries(said));
      return samples.map(({ index, trajectory }, at) => {
        trajectory.logit.push(values[at]!);
        return isReached(answers[at]!, values[at]!, index);
      });
    },
    warnings: (inspection) => warningOfRandomness(inspection, 'outputs'),
  };
}
