import type { Answer, Target } from '@understory/core';
import { z } from 'zod';
import { shownBoxes, type LabelledBox, type Outlined } from './figure.ts';

const side = z.number();
const boxes = z.array(z.object({ box: z.object({ x: side, y: side, width: side, height: side }), label: z.string() }));

/** What is outlined over the pictures of an example, as its record keeps it; nothing in records without it. */
export const outlinesSchema = z.object({
  /** What the model finds, over the plain picture; in pixels of it. */
  found: boxes,
  /** What is explained, over maps. */
  explained: boxes,
  /** The area that is explained: a text of 0 and 1 for each row of cells. */
  region: z.array(z.string().regex(/^[01]+$/)).nullable(),
});

export type Outlines = Readonly<z.output<typeof outlinesSchema>>;

/** Undefined where a model has neither boxes nor a region to outline, such as a classifier. */
export function outlinesOf(answer: Pick<Answer, 'options'>, target: Target): Outlines | undefined {
  const found = shownBoxes(answer);
  const explained = shownBoxes(answer, target);
  const region = target.area === undefined ? null : rowsOf(target.area);
  if (explained.length === 0 && region === null) return undefined;
  return { found: copied(found), explained: copied(explained), region };
}

/** What is drawn over a plain picture, and over maps. */
export function drawnOutlines(outlines: Outlines | undefined): {
  readonly picture: Outlined;
  readonly maps: Outlined;
} {
  const { found = [], explained = [], region = null } = outlines ?? {};
  return {
    picture: { boxes: found },
    maps: { boxes: explained, ...(region !== null && { region: areaOf(region) }) },
  };
}

function copied(all: readonly LabelledBox[]): Outlines['found'] {
  return all.map(({ box: { x, y, width, height }, label }) => ({ box: { x, y, width, height }, label }));
}

function rowsOf({ height, width, inside }: NonNullable<Target['area']>): string[] {
  return Array.from({ length: height }, (_, row) =>
    Array.from(inside.subarray(row * width, (row + 1) * width), (cell) => (cell === 0 ? '0' : '1')).join(''),
  );
}

function areaOf(rows: readonly string[]): NonNullable<Target['area']> {
  const width = rows[0]?.length ?? 0;
  const inside = Uint8Array.from(rows.join(''), (cell) => (cell === '1' ? 1 : 0));
  return { height: rows.length, width, inside };
}
