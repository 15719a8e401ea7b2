import type { Host, Selection } from '@understory/core';

/** What stands for every explainer in a selection. */
const all = 'all';

/** An explainer that is asked for; one that came with `all` may turn out not to apply. */
export type OptionalSelection = Selection & { readonly isOptional?: boolean };

/** With `all` in its place every explainer that there is and that is not named beside it: in the host's order, baselines last. */
export function withAll(host: Host, asked: readonly (string | Selection)[]): readonly OptionalSelection[] {
  const selections = asked.map((each) => (typeof each === 'string' ? { id: each, options: {} } : each));
  if (selections.every(({ id }) => id !== all)) return selections;
  const named = selections.filter(({ id }) => id !== all);
  const listed = host.list('explainer').filter(({ id }) => named.every((each) => each.id !== id));
  const baselines = listed.filter(({ isBaseline }) => isBaseline === true);
  const others = listed.filter((each) => !baselines.includes(each));
  const first = selections.findIndex(({ id }) => id === all);
  const optional = [...others, ...baselines].map(({ id }) => ({ id, options: {}, isOptional: true }));
  return [...selections.slice(0, first), ...optional, ...named.slice(first)];
}
