import { blindness, type Blindness, type ToldApart } from '@understory/statistics';
import { controlKind, isSpatial } from './kinds.ts';
import { byWords, toldApart } from './measures.ts';
import type { Condition } from './tally.ts';

/** How blind a model is by swaps of places, measured against swaps of objects; `about` chooses among the kinds. */
export function blindnessOf(
  kinds: ReadonlyMap<string, Condition>,
  { seed, about = isSpatial }: { readonly seed: number; readonly about?: (kind: string) => boolean },
): Blindness {
  const places = [...kinds.values()].filter(({ name }) => about(name)).map(testsOf);
  const control = kinds.get(controlKind);
  return blindness({ places, objects: control && testsOf(control) }, { seed });
}

function testsOf(kind: Condition): ToldApart {
  const told = kind.byItem(toldApart);
  return { items: [...told.keys()], toldApart: [...told.values()], byChance: kind.of(byWords) };
}
