import type { Host, Subject } from '@understory/core';
import type { ChosenImages } from '../environment.ts';
import { isAskedFor } from '../probe/probe-experiment.ts';

/** Of so many images one has to have something to ask. */
const mostLookedAt = 100;

/**
 * The probe where nobody names one: the one made for models of this task, where the images bring what it asks; else `usual`, which disturbs
 * any picture.
 */
export async function suitedProbe(
  host: Host,
  { task }: Pick<Subject, 'task'>,
  { images, usual }: { readonly images: ChosenImages; readonly usual: string },
): Promise<string> {
  const own = host.list('probe').find((each) => each.task === task);
  if (own === undefined) return usual;
  let looked = 0;
  for await (const { item } of images.items()) {
    if (isAskedFor(item, task)) return own.id;
    looked += 1;
    if (looked === mostLookedAt) break;
  }
  return usual;
}
