import { isQuestionAnswer, isQuestionAnswerer, type Answer, type Subject } from '@understory/core';
import type { RgbImage } from '@understory/imaging';
import { mostOptions, type Said } from './engine.ts';

/** What a model says of a picture, as plain data. */
export function saidOf(subject: Subject, answer: Answer, picture: RgbImage): Said {
  const said = isQuestionAnswer(answer) ? answer : undefined;
  return {
    task: subject.task,
    picture: plain(picture),
    decision: answer.decision,
    probability: answer.probability ?? null,
    options: answer.options.slice(0, mostOptions).map(({ target, label, score, probability, box, share }) => ({
      ...{ target, label, score, probability: probability ?? null, box: box ?? null, share: share ?? null },
    })),
    question: isQuestionAnswerer(subject) ? (subject.question ?? null) : null,
    type: said?.type ?? null,
  };
}

/** Without what a picture may carry besides its colours. */
export function plain({ width, height, data }: RgbImage): RgbImage {
  return { width, height, data };
}
