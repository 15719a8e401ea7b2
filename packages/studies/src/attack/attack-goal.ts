import {
  negative,
  objectiveOf,
  objectiveValues,
  takeTensor,
  type Answer,
  type Attack,
  type ClassGoal,
  type PixelSubject,
  type Subject,
  type Target,
  type Tensor,
  type Tensors,
} from '@understory/core';
import { targetsOf, type Targets } from '../common/targets.ts';
import { studyErrors } from '../errors.ts';
import { isReached } from './is-reached.ts';

/** A target in words that attacks of a run raise or, with a minus in front, lower. */
export interface NumberAim {
  readonly targets: Targets;
  /** What the number has to pass; undefined where the model's answer decides. */
  readonly threshold: number | undefined;
}

/** A number that attacks on one image raise. */
export interface NumberGoal {
  readonly kind: 'raise';
  /** As it was asked for: with a minus where it is lowered. */
  readonly target: Target;
  /** The same without the minus. */
  readonly plain: Target;
  readonly isLowered: boolean;
  readonly threshold: number | undefined;
}

/** What attacks on one image are after. */
export type ItemGoal = ClassGoal | NumberGoal;

/** What the model says of one picture, with all that targets read. */
export interface Look {
  readonly answer: Answer;
  readonly outputs: Tensors;
}

/** What the model says of each picture of a batch; `more` are outputs that targets read beside those of the subject. */
export async function lookAt(
  pixelSubject: PixelSubject,
  pixels: Tensor<'float32'>,
  more: readonly string[] = [],
): Promise<readonly Look[]> {
  const { subject } = pixelSubject;
  const outputs = await subject.model.run(pixelSubject.feeds(pixels), [...new Set([...subject.reads, ...more])]);
  const answers = subject.answersOf(outputs);
  return answers.map((answer, sample) => ({
    answer,
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, takeTensor(tensor, [sample])])),
  }));
}

/** The number of one image's goal; throws TARGET_INVALID where the text does not name one target of it, and THRESHOLD_MISSING. */
export function numberGoalOf({ targets, threshold }: NumberAim, subject: Subject, look: Look): NumberGoal {
  const { answer, outputs } = look;
  const [only, ...others] = targets.of(answer, outputs);
  if (only === undefined || others.length > 0) {
    throw studyErrors.classInvalid({
      found: `${others.length + (only === undefined ? 0 : 1)} targets`,
      expected: 'one target an image',
    });
  }
  const { target } = only;
  const isLowered = target.words.startsWith('-');
  const plain = isLowered ? withoutMinus(target, subject, look) : target;
  if (threshold === undefined && !isDecided(plain, subject, answer)) {
    throw studyErrors.thresholdMissing({ target: target.words, task: subject.task });
  }
  return { kind: 'raise', target, plain, isLowered, threshold };
}

/** Of a number, whether it has passed the threshold, or whether the answer says what it is of, or no longer says it. */
export function passes({ plain, isLowered, threshold }: NumberGoal, subject: Subject, answer: Answer, value: number) {
  if (threshold !== undefined) return isLowered ? -value < threshold : value > threshold;
  return subject.says(answer, plain) !== isLowered;
}

/** Whether an attack has what it is after, of what the model says. */
export function reached(attack: Attack, subject: Subject, goal: ItemGoal, look: Look): boolean {
  if (goal.kind !== 'raise') return isReached(attack, look.answer.classes!, goal);
  return passes(goal, subject, look.answer, valueOf(goal.target, look));
}

/** The probability of a goal's class or target; null where the model gives none. */
export function probabilityOf(subject: Subject, goal: ItemGoal, { answer, outputs }: Look): number | null {
  if (goal.kind !== 'raise') return answer.classes!.probabilities[goal.class]!;
  return subject.probabilities?.([goal.plain], outputs)?.[0] ?? null;
}

/** The number of a target. */
export function valueOf(target: Target, { outputs }: Look): number {
  return objectiveValues(objectiveOf([target]), outputs)[0]!;
}

/** What the target was before its minus, with all that the subject knows of it. */
function withoutMinus(target: Target, subject: Subject, { answer, outputs }: Look): Target {
  const { words } = negative(target);
  return targetsOf(words, subject).of(answer, outputs)[0]?.target ?? negative(target);
}

/** Whether the answer tells of a target: an element of an output that the subject does not name is a number and no more. */
function isDecided(target: Target, subject: Subject, answer: Answer): boolean {
  try {
    if (subject.targets(target.words, answer) === undefined) return false;
  } catch {
    return false;
  }
  return subject.says(answer, target) !== undefined;
}
