/** How a phrase relates two things: what kind of relation it is, and on which side of its opposite it stands. */
export interface Relation {
  readonly phrase: string;
  /** `left-right`, `above-below`, `front-behind`, or `relation` where it is no place. */
  readonly kind: string;
  readonly side: 0 | 1;
  readonly opposite: string;
}

/** Phrases with their opposites; the first that holds a phrase decides. */
const opposites: readonly (readonly [one: string, other: string, kind: string])[] = [
  ['at the left side of', 'at the right side of', 'left-right'],
  ['to the left of', 'to the right of', 'left-right'],
  ['left of', 'right of', 'left-right'],
  ['on the left', 'on the right', 'left-right'],
  ['left', 'right', 'left-right'],
  ['above', 'below', 'above-below'],
  ['on top of', 'beneath', 'above-below'],
  ['over', 'under', 'above-below'],
  ['on top of', 'underneath', 'above-below'],
  ['top', 'bottom', 'above-below'],
  ['in front of', 'behind', 'front-behind'],
  ['ahead of', 'behind', 'front-behind'],
  ['in front of', 'at the back of', 'front-behind'],
  ['facing away from', 'facing', 'relation'],
  ['far away from', 'close to', 'relation'],
  ['far from', 'near', 'relation'],
  ['outside', 'inside', 'relation'],
  ['parallel to', 'perpendicular to', 'relation'],
  ['detached from', 'attached to', 'relation'],
  ['detached from', 'connected to', 'relation'],
];

const known: ReadonlyMap<string, Relation> = new Map(
  opposites
    .flatMap(([one, other, kind]): readonly Relation[] => [
      { phrase: one, kind, side: 0, opposite: other },
      { phrase: other, kind, side: 1, opposite: one },
    ])
    .reverse()
    .map((relation) => [relation.phrase, relation]),
);

/** Long ones first, so that "to the left of" is not read as "left". */
const phrases = [...known.values()].sort((one, other) => other.phrase.length - one.phrase.length);

/** What a relation means whose name is known; undefined for others. */
export function relationNamed(name: string): Relation | undefined {
  return known.get(name.trim().toLowerCase());
}

/**
 * The relation that a caption states, and where; `on` is read as above its opposite `under`, and only where nothing else is stated.
 * Undefined where none is known.
 */
export function relationIn(caption: string): (Relation & { readonly at: number }) | undefined {
  for (const relation of phrases) {
    const at = placeOf(caption, relation.phrase);
    if (at >= 0) return { ...relation, at };
  }
  const at = placeOf(caption, 'on');
  return at < 0 ? undefined : { phrase: 'on', kind: 'above-below', side: 0, opposite: 'under', at };
}

/** The caption with its relation turned round; undefined where it does not hold the phrase. */
export function turned(
  caption: string,
  { phrase, opposite }: Pick<Relation, 'phrase' | 'opposite'>,
): string | undefined {
  const at = placeOf(caption, phrase);
  return at < 0 ? undefined : `${caption.slice(0, at)}${opposite}${caption.slice(at + phrase.length)}`;
}

/** Which of two captions the mirror image makes true: none is known of what speaks of left and right without being about them. */
export function truthOnMirror(kind: string, captions: readonly string[]): 'captions' | 'against' | undefined {
  if (kind === 'left-right') return 'against';
  return captions.some((caption) => /\b(left|right)\b/i.test(caption)) ? undefined : 'captions';
}

function placeOf(caption: string, phrase: string): number {
  return caption.search(new RegExp(`\\b${phrase}\\b`, 'i'));
}
