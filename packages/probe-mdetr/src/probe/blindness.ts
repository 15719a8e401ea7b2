import { blindness, mean, type Blindness, type ToldApart } from '@understory/statistics';
import { matched, onGrey, onShuffled, right, rightEither, rightTogether, type Measure } from './measures.ts';
import type { Group, Tally } from './tally.ts';

/**
 * What a number rests on: answers matched with pictures; answers about left and right that stay where both picture and words are mirrored and go where one
 * of them is; or right answers beyond those that are given without seeing what is asked for.
 */
export type Basis = 'pairs' | 'exchanges' | 'answers';

/** Which share of tests is passed, by basis. */
export const passed: Readonly<Record<Basis, Measure>> = { pairs: matched, exchanges: rightTogether, answers: right };

export interface QuestionBlindness extends Blindness {
  readonly basis: Basis;
  /** Of questions about things. */
  readonly objectBasis: Basis;
}

/** Pairs, or exchanges, are counted alone where so many of the images asked about places have one. */
const enough = 0.1;
/** Kinds that fewer of the images asked about places have are counted together as one. */
const rare = 0.5;

/**
 * How blind a model is by its questions about places, measured against those about things; `about` chooses among the kinds. Pairs of pictures are
 * preferred where data have them: what is known without sight of places cannot match two answers with two pictures, so that half is to be expected. Next
 * come left and right exchanged, which need no second answer: a mirror image shows all that the picture shows, and patches in another order do not.
 */
export function blindnessOf(
  tally: Tally,
  { seed, about = () => true }: { readonly seed: number; readonly about?: (group: Group) => boolean },
): QuestionBlindness {
  const places = tally.groups.filter((group) => group.isSpatial && about(group));
  const [basis, objectBasis] = [basisOf(places), basisOf([tally.objects])];
  const counted = places.filter((group) => group.byItem(passed[basis]).size > 0);
  const tests = {
    places: rareTogether(counted.map((group) => testsOf(group, basis))),
    objects: testsOf(tally.objects, objectBasis),
  };
  // What is to be expected by chance is said for each test.
  return { ...blindness(tests, { seed, chance: 0 }), basis, objectBasis };
}

function basisOf(groups: readonly Group[]): Basis {
  const itemsWith = (measure: Measure) => new Set(groups.flatMap((group) => [...group.byItem(measure).keys()])).size;
  const [paired, exchanged] = [itemsWith(matched), itemsWith(rightTogether)];
  const isEnough = (items: number) => items > 0 && items >= enough * itemsWith(right);
  // A few pairs among many exchanges would leave most of what was asked out.
  if (isEnough(paired) && 2 * paired >= exchanged) return 'pairs';
  return isEnough(exchanged) ? 'exchanges' : 'answers';
}

function testsOf(group: Group, basis: Basis): ToldApart {
  const told = group.byItem(passed[basis]);
  const guessed = basis === 'pairs' ? undefined : group.byItem(basis === 'exchanges' ? rightEither : priorOf(group));
  return {
    items: [...told.keys()],
    toldApart: [...told.values()],
    byChance: [...told.keys()].map((item) => guessed?.get(item) ?? 0.5),
  };
}

/** Kinds that few images have would count as much as those that all have, and their few answers would widen the interval of all. */
function rareTogether(kinds: readonly ToldApart[]): readonly ToldApart[] {
  const all = new Set(kinds.flatMap(({ items }) => items)).size;
  const isRare = ({ items }: ToldApart) => items.length < rare * all;
  const few = kinds.filter(isRare);
  if (few.length < 2) return kinds;
  const items = [...new Set(few.flatMap((kind) => kind.items))].sort();
  const averaged = (of: (kind: ToldApart) => readonly number[]) =>
    items.map((item) => {
      const found = few.flatMap((kind) => of(kind)[kind.items.indexOf(item)] ?? []);
      return found.reduce((sum, value) => sum + value, 0) / found.length;
    });
  return [
    ...kinds.filter((kind) => !isRare(kind)),
    { items, toldApart: averaged(({ toldApart }) => toldApart), byChance: averaged(({ byChance }) => byChance) },
  ];
}

/**
 * The picture that shows nothing of what is asked for. Of things that is a grey one; of places it is also one with its patches in another order, and
 * that of the two of which more is answered right.
 */
export function priorOf(group: Group): Measure {
  const rightOf = (measure: Measure) => mean([...group.byItem(measure).values()]).value ?? 0;
  return group.isSpatial && rightOf(onShuffled) > rightOf(onGrey) ? onShuffled : onGrey;
}
