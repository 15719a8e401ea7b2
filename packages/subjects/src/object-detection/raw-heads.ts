import { batchesOf, pictureInputOf, type Dimension, type ModelFacts } from '@understory/core';
import { labelsOf } from '../evidence/folder.ts';
import { answersOf, isBatch } from '../evidence/outputs.ts';

/** Numbers of a place beside those of classes: a box and an objectness. */
const plain = 5;
const objectness = 4;
const mostAnchors = 9;
/** Of each level, as every YOLO with anchors has them. */
const usualAnchors = 3;

/** A level of a head: its rows and columns, and all numbers of a cell. */
interface Level {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  /** Numbers a cell, with the anchors where these have an axis of their own. */
  readonly form: string;
}

/**
 * Says of outputs `[N, 3 * (5 + C), H, W]` or `[N, A, H, W, 5 + C]` at several scales that they are the raw head of a detector, whose
 * anchors the graph does not have; undefined where the outputs are none.
 */
export function rawHeads(facts: ModelFacts): string | undefined {
  const [batch] = batchesOf(facts.model.inputs);
  const labels = labelsOf(facts)?.length;
  const fits = (numbers: number) => labels === undefined || numbers === plain + labels;
  const levels = answersOf(facts).flatMap(({ name, dims = [] }): readonly Level[] => {
    const [first, ...sample] = dims;
    if (first === undefined || !isBatch(first, batch)) return [];
    const sizes = sample.filter((dim) => typeof dim === 'number');
    if (sizes.length !== sample.length) return [];
    if (sizes.length === 3) {
      const [channels = 0, height = 0, width = 0] = sizes;
      const numbers = channels / usualAnchors;
      const isHead = Number.isInteger(numbers) && numbers > plain && fits(numbers);
      return isHead ? [{ name, height, width, form: `${channels} numbers a cell` }] : [];
    }
    const [anchors = 0, height = 0, width = 0, numbers = 0] = sizes;
    const isHead = sizes.length === 4 && anchors <= mostAnchors && numbers > plain && fits(numbers);
    return isHead ? [{ name, height, width, form: `${anchors} anchors of ${numbers} numbers a cell` }] : [];
  });
  const [one, ...others] = levels;
  if (one === undefined || others.length === 0 || others.some(({ form }) => form !== one.form)) return undefined;
  // Each level has cells of another size, and all cover the picture.
  const { size } = pictureInputOf(facts.model, facts.input);
  const cells = levels.map(({ height, width }) =>
    size === undefined ? [1 / height, 1 / width] : [size.height / height, size.width / width],
  );
  const areSquare = cells.every(([down, across]) => size === undefined || (down === across && Number.isInteger(down)));
  const areDifferent = new Set(cells.map(([down]) => down)).size === cells.length;
  if (!areSquare || !areDifferent) return undefined;
  const names = levels.map(({ name }) => name).join(', ');
  return `${names} look like the raw head of a detector (${one.form} at ${levels.length} scales): the sizes of its anchors are not in the graph, so boxes cannot be decoded. Export it with its boxes decoded, or name a number of an output, such as ${one.name}[${elementOf(facts, one.name)}], for the task raw`;
}

/** The objectness of the first anchor in the middle of the picture, as a user writes it. */
function elementOf({ model }: ModelFacts, name: string): string {
  const dims = model.outputs.find((output) => output.name === name)?.dims?.slice(1) ?? [];
  const middle = (dim: Dimension) => Math.trunc(Number(dim) / 2);
  const places =
    dims.length === 4
      ? [0, middle(dims[1]!), middle(dims[2]!), objectness]
      : [objectness, ...dims.slice(1).map(middle)];
  return places.join(',');
}
