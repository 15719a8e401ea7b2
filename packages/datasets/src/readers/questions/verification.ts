import type { Question } from '@understory/core';
import { answerOnMirror } from './sides.ts';

/** Whether a statement is true, which is to be answered with yes or no: the statement itself, then as a question where it is of the form "A is B". */
export function verification(statement: string, isTrue: boolean, kind: string): Question {
  const answer = isTrue ? 'yes' : 'no';
  const asked = askedAs(statement);
  const onMirror = answerOnMirror(statement, answer);
  return {
    ...{ kind, phrasings: [statement, ...(asked === undefined ? [] : [asked])] },
    ...{ answer, answerType: 'yesno', isSpatial: true },
    ...(onMirror !== undefined && { onMirror }),
  };
}

/** "The cat is left of the dog." as "Is the cat left of the dog?"; undefined of statements of another form. */
function askedAs(statement: string): string | undefined {
  const [, thing, verb, rest] = /^((?:the|a|an)\s.+?)\s(is|are)\s(.+?)\.?$/i.exec(statement.trim()) ?? [];
  if (thing === undefined || verb === undefined || rest === undefined) return undefined;
  const capital = `${verb.slice(0, 1).toUpperCase()}${verb.slice(1)}`;
  return `${capital} ${thing.slice(0, 1).toLowerCase()}${thing.slice(1)} ${rest}?`;
}
