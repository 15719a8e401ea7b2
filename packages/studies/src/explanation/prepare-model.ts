import { isDifferentiable } from '@understory/core';
import type { Setup } from '../setup/setup.ts';

/** Of more images a session for answers alone, which has no way back to compute, is opened sooner than that is made up for. */
const fewImages = 4;

/**
 * Has answers and maps of a few images come from one session, where all explainers read gradients of one layer and all targets of the subject have one
 * form: the weights of a large model are then read, and held in memory, once.
 */
export async function prepareModel(
  { subject, explainers }: Pick<Setup, 'subject' | 'explainers'>,
  { images, outputs }: { readonly images: number; readonly outputs: readonly string[] },
): Promise<void> {
  const { model, form, reads } = subject;
  const layer = explainers[0]?.layer;
  const isOne = explainers.every(
    (each) => each.readsLayer === true && each.layer === layer && each.subject === subject,
  );
  if (form !== undefined && layer !== undefined && isOne && images <= fewImages && isDifferentiable(model)) {
    const asked = { objective: form, withRespectTo: [layer], fetch: [layer, ...reads, ...outputs] };
    model.foresee?.(asked, images === 1 ? 1 : undefined);
  }
  for (const each of new Set([model, ...explainers.map((named) => named.subject.model)])) await each.ready?.();
}
