import type { QuestionRow } from './row.ts';

/** Questions of one kind of which all do, or none does, depend on where things are. */
export type Condition = Pick<QuestionRow, 'kind' | 'isSpatial'>;

/** The order of tables and charts; other kinds follow as they come. */
const order = ['colour', 'kind', 'count', 'colour-at', 'relation', 'fruit-at'];

const titles: Readonly<Record<string, string>> = {
  colour: 'color',
  kind: 'kind',
  count: 'count',
  'colour-at': 'color at a place',
  relation: 'relation',
  'fruit-at': 'what is at a place',
};

export function keyOf({ kind, isSpatial }: Condition): string {
  return `${kind} ${isSpatial}`;
}

/** Conditions in the order in which they are shown: those that ask for no place first. */
export function inOrder<C extends Condition>(conditions: Iterable<C>): readonly C[] {
  const place = ({ kind }: Condition) => (order.includes(kind) ? order.indexOf(kind) : order.length);
  return [...conditions].sort(
    (one, other) =>
      Number(one.isSpatial) - Number(other.isSpatial) || place(one) - place(other) || (one.kind < other.kind ? -1 : 1),
  );
}

/** For a person; says whether places decide where the same kind is asked both ways. */
export function titleOf({ kind, isSpatial }: Condition, all: Iterable<Condition>): string {
  const title = titles[kind] ?? kind;
  const isBoth = [...all].some((each) => each.kind === kind && each.isSpatial !== isSpatial);
  if (!isBoth) return title;
  return isSpatial ? `${title}, place decides` : `${title}, place not needed`;
}
