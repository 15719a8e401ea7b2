import { messageOf, type Contribution, type Host, type Selection } from '@understory/core';

/** What stands for every explainer, or metric, in a selection. */
const all = 'all';

/** An explainer that is asked for; one that came with `all` may turn out not to apply. */
export type OptionalSelection = Selection & { readonly isOptional?: boolean };

/** With `all` in its place every explainer, or metric, that there is and that is not named beside it: in the host's order, those that take long after the rest, baselines last. */
export function withAll(
  host: Host,
  asked: readonly (string | Selection)[],
  kind: 'explainer' | 'metric' = 'explainer',
): readonly OptionalSelection[] {
  const selections = asked.map((each) => (typeof each === 'string' ? { id: each, options: {} } : each));
  if (selections.every(({ id }) => id !== all)) return selections;
  const named = selections.filter(({ id }) => id !== all);
  const listed = host.list(kind).filter(({ id }) => named.every((each) => each.id !== id));
  const rank = ({ isSlow = false, isBaseline = false }: Contribution) => (isBaseline ? 2 : Number(isSlow));
  const first = selections.findIndex(({ id }) => id === all);
  const optional = listed
    .toSorted((a, b) => rank(a) - rank(b))
    .map(({ id }) => ({ id, options: {}, isOptional: true }));
  return [...selections.slice(0, first), ...optional, ...named.slice(first)];
}

/** Says of an explainer or metric of `all` why it is left out. */
export function skippedNote({ explainer, error }: { readonly explainer: string; readonly error: unknown }): string {
  return `${explainer} does not apply to this model and is left out: ${messageOf(error)}`;
}

/** Says which explainers of `all` take long. */
export function slowNotes({
  host,
  explainers,
}: {
  readonly host: Pick<Host, 'list'>;
  readonly explainers: readonly { readonly id: string; readonly isOptional?: boolean }[];
}): readonly string[] {
  const slow = new Set(host.list('explainer').flatMap(({ id, isSlow }) => (isSlow === true ? [id] : [])));
  const own = explainers.flatMap(({ id, isOptional }) => (isOptional === true && slow.has(id) ? [id] : []));
  if (own.length === 0) return [];
  const [run, come] = own.length === 1 ? ['runs', 'comes'] : ['run', 'come'];
  return [`${own.join(', ')} ${run} the model many times for each map and ${come} after the others`];
}
