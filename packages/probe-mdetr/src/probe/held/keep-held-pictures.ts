import type { PixelSubject, ProbeRequest, Tensor } from '@understory/core';
import { constrainedPicture, type Constraint } from '../../constraint/constraint.ts';
import type { Boxes } from './held-answers.ts';
import { heldOf, type HeldRow } from './held-row.ts';

/** The names of an example's pictures. */
export const heldPictures = {
  boxes: (test: number) => `boxes-${test}`,
  held: (test: number, constraint: Constraint) => `${constraint}-${test}`,
} as const;

/** Hands over the picture with the model's box and the true one, and what the model is shown of it in each way. */
export async function keepHeldPictures(
  keep: NonNullable<ProbeRequest['keep']>,
  row: HeldRow,
  {
    subject,
    boxes,
    pixels,
  }: { readonly subject: PixelSubject; readonly boxes: Boxes; readonly pixels: Tensor<'float32'> },
): Promise<void> {
  const { item, test } = row;
  const known = [
    { box: boxes.true, label: 'true' },
    { box: boxes.own, label: 'its own' },
  ];
  const drawn = known.flatMap(({ box, label }) => (box === undefined ? [] : [{ box, label }]));
  await keep(item, heldPictures.boxes(test), pixels, { boxes: drawn });
  for (const { constraint, box } of heldOf(row) ?? []) {
    if (box !== 'own') continue;
    const shown = await constrainedPicture(subject, pixels, boxes.own!, constraint);
    await keep(item, heldPictures.held(test, constraint), shown);
  }
}
