import { isDiagnosed, type Answer, type AnswerOption, type Box, type Subject, type Target } from '@understory/core';
import type { EvaluationTarget } from '../evaluation/evaluation-experiment.ts';

/** Boxes are of the same thing where they overlap at least so much (intersection over union). */
const sameThing = 0.5;

/**
 * What the first network was explained for, as another network without a list of classes has it: the same answer, caption, region or number by
 * its name; of a box the one of the same label that overlaps it most, or the best of that label where the two see different crops.
 */
export function counterpartOf(
  target: Target,
  areFedAlike: boolean,
): { readonly target: EvaluationTarget; isFound(): boolean } {
  let isFound = false;
  return {
    isFound: () => isFound,
    target: {
      kind: 'found',
      find(subject, said) {
        const found = findIn(target, subject, said, areFedAlike);
        isFound = found !== undefined;
        return found;
      },
    },
  };
}

function findIn(target: Target, subject: Subject, said: Answer, areFedAlike: boolean): Target | undefined {
  if (target.box === undefined) return named(target.words, subject, said);
  const { box, label } = target;
  const alike = said.options.filter((option) => option.box !== undefined && option.label === label);
  if (!areFedAlike) return alike[0] && named(alike[0].target, subject, said);
  const shared = (option: AnswerOption) => overlap(box, option.box!);
  const [best] = alike.toSorted((one, other) => shared(other) - shared(one));
  return best !== undefined && shared(best) >= sameThing ? named(best.target, subject, said) : undefined;
}

function named(words: string, subject: Subject, said: Answer): Target | undefined {
  try {
    return subject.targets(words, said)?.[0];
  } catch (error) {
    if (isDiagnosed(error)) return undefined;
    throw error;
  }
}

/** Intersection over union. */
function overlap(one: Box, other: Box): number {
  const across = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const down = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  const shared = Math.max(0, across) * Math.max(0, down);
  const all = one.width * one.height + other.width * other.height - shared;
  return all > 0 ? shared / all : 0;
}
