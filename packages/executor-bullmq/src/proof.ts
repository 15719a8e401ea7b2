import type { WorkProof } from '@understory/core';
import type { Difference } from './errors.ts';

const absent = 'nothing';

/** In what two sides that opened the same work differ, in the order of names. */
export function differencesBetween(asked: WorkProof, shown: WorkProof): readonly Difference[] {
  const names = [...new Set([...Object.keys(asked), ...Object.keys(shown)])].sort();
  return names
    .map((name) => ({ name, asked: own(asked, name), shown: own(shown, name) }))
    .filter((each) => each.asked !== each.shown);
}

function own(proof: WorkProof, name: string): string {
  return Object.hasOwn(proof, name) ? proof[name]! : absent;
}
