import { blindness, mean, type Blindness, type ToldApart } from '@understory/statistics';
import { matched, onGrey, onShuffled, right, type Measure } from './measures.ts';
import type { Group, Tally } from './tally.ts';

/** What a number rests on: answers matched with pictures, or right answers beyond those that are given without seeing what is asked for. */
export type Basis = 'pairs' | 'answers';

export interface QuestionBlindness extends Blindness {
  readonly basis: Basis;
  /** Of questions about things. */
  readonly objectBasis: Basis;
}

/** Pairs are counted alone where so many of the images asked about places have one. */
const enough = 0.1;

/**
 * How blind a model is by its questions about places, measured against those about things; `about` chooses among the kinds. Pairs of pictures are
 * preferred where data have them: what is known without sight of places cannot match two answers with two pictures, so that half is to be expected.
 */
export function blindnessOf(
  tally: Tally,
  { seed, about = () => true }: { readonly seed: number; readonly about?: (group: Group) => boolean },
): QuestionBlindness {
  const places = tally.groups.filter((group) => group.isSpatial && about(group));
  const [basis, objectBasis] = [basisOf(places), basisOf([tally.objects])];
  const counted = basis === 'answers' ? places : places.filter((group) => group.byItem(matched).size > 0);
  const testsOf = (of: Basis) => (of === 'pairs' ? matchedTests : answeredTests);
  const tests = { places: counted.map(testsOf(basis)), objects: testsOf(objectBasis)(tally.objects) };
  // What is to be expected by chance is said for each test.
  return { ...blindness(tests, { seed, chance: 0 }), basis, objectBasis };
}

function basisOf(groups: readonly Group[]): Basis {
  const itemsWith = (measure: Measure) => new Set(groups.flatMap((group) => [...group.byItem(measure).keys()])).size;
  const paired = itemsWith(matched);
  return paired > 0 && paired >= enough * itemsWith(right) ? 'pairs' : 'answers';
}

function matchedTests(group: Group): ToldApart {
  const told = group.byItem(matched);
  return { items: [...told.keys()], toldApart: [...told.values()], byChance: [...told].map(() => 0.5) };
}

function answeredTests(group: Group): ToldApart {
  const told = group.byItem(right);
  const byChance = [...group.byItem(priorOf(group)).values()];
  return { items: [...told.keys()], toldApart: [...told.values()], byChance };
}

/**
 * The picture that shows nothing of what is asked for. Of things that is a grey one; of places it is also one with its patches in another order, and
 * that of the two of which more is answered right.
 */
export function priorOf(group: Group): Measure {
  const rightOf = (measure: Measure) => mean([...group.byItem(measure).values()]).value ?? 0;
  return group.isSpatial && rightOf(onShuffled) > rightOf(onGrey) ? onShuffled : onGrey;
}
