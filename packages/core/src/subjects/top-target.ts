import type { Answer, Subject, Target } from '../contracts/subject.ts';

/** What a subject says of a sample before all else: its class, the best box, the text; undefined where it says nothing. */
export function topTarget<Said extends Answer>(subject: Subject<Said>, answer: Said): Target | undefined {
  const [best] = answer.options;
  const words = answer.classes === undefined ? best?.target : `${answer.classes.decision}`;
  return words === undefined ? undefined : subject.targets(words, answer)?.[0];
}
