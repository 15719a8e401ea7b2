import type { Step } from './network.ts';

/** The steps that the named tensors need when some are given, in order, and after which of them a tensor is not read again. */
export function neededSteps<S extends Step>(
  all: readonly S[],
  given: ReadonlyMap<string, unknown>,
  names: readonly string[],
): { readonly steps: readonly S[]; readonly lastUse: ReadonlyMap<number, readonly string[]> } {
  const wanted = new Set(names.filter((name) => !given.has(name)));
  const steps: S[] = [];
  for (const step of all.toReversed()) {
    if (!step.outputs.some((output) => wanted.has(output) && !given.has(output))) continue;
    steps.push(step);
    for (const input of step.inputs) wanted.add(input);
  }
  steps.reverse();
  const last = new Map<string, number>();
  steps.forEach((step, at) => {
    for (const name of [...step.inputs, ...step.outputs]) last.set(name, at);
  });
  const lastUse = new Map<number, string[]>();
  for (const [name, at] of last) lastUse.set(at, [...(lastUse.get(at) ?? []), name]);
  return { steps, lastUse };
}
