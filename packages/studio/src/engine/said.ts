import { isQuestionAnswer, isQuestionAnswerer, type Answer, type Subject } from '@understory/core';
import type { RgbImage } from '@understory/imaging';
import { mostOptions, noRegion, type Regions, type Said } from './engine.ts';

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
    regions: regionsOf(subject, answer),
  };
}

/** Null of a model whose options are no regions. */
function regionsOf(subject: Subject, answer: Answer): Regions | null {
  if (!subject.forms.includes('regions')) return null;
  const areas = (subject.targets('regions', answer) ?? []).slice(0, mostOptions).map(({ area }) => area);
  const [first] = areas;
  if (first === undefined) return null;
  const of = new Uint8Array(first.height * first.width).fill(noRegion);
  for (const [option, area] of areas.entries())
    area?.inside.forEach((inside, cell) => {
      if (inside === 1) of[cell] = option;
    });
  return { height: first.height, width: first.width, of };
}

/** Without what a picture may carry besides its colours. */
export function plain({ width, height, data }: RgbImage): RgbImage {
  return { width, height, data };
}
