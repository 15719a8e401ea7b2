import type { Network, Passage, Step } from './network.ts';

export type Reach =
  | { readonly reaches: true }
  | { readonly reaches: false; readonly reason: 'noPath' | 'operator'; readonly message: string };

/** Whether gradients of `output` reach `tensor`, judged by the operations between the two. */
export function reachOf({ steps }: Network, output: string, tensor: string): Reach {
  if (output === tensor) return { reaches: true };
  // Forward: what the tensor leads to, and what it leads to with a gradient.
  const depends = new Set([tensor]);
  const carries = new Set([tensor]);
  for (const step of steps) {
    if (step.inputs.some((name) => depends.has(name))) for (const name of step.outputs) depends.add(name);
    const passes = step.passage !== 'stops' && step.inputs.some((name) => carries.has(name));
    if (passes) for (const name of step.outputs) carries.add(name);
  }
  if (!depends.has(output)) {
    return { reaches: false, reason: 'noPath', message: `"${output}" does not depend on "${tensor}".` };
  }
  if (!carries.has(output)) {
    const message = `"${output}" depends on "${tensor}" only through operations without a derivative, such as rounding or comparisons.`;
    return { reaches: false, reason: 'noPath', message };
  }
  // Backward: every step on such a way has to hand its gradient on.
  const wanted = new Set([output]);
  for (const step of steps.toReversed()) {
    if (step.passage === 'stops' || !step.outputs.some((name) => wanted.has(name))) continue;
    for (const input of step.inputs) {
      if (!carries.has(input)) continue;
      const refusal = refusalOf(step, step.passage, input);
      if (refusal !== undefined) return { reaches: false, reason: 'operator', message: `${refusal}.` };
      wanted.add(input);
    }
  }
  return { reaches: true };
}

function refusalOf({ through, title }: Step, passage: Passage, input: string): string | undefined {
  if (typeof passage === 'object') return passage.refused;
  if (through === undefined || through.includes(input)) return undefined;
  return `${title} has no gradient here with respect to "${input}"`;
}
