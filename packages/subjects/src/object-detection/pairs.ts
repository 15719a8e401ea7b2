import type { Index } from '@understory/core';
import { fromCentre, fromCorners } from './boxes.ts';
import type { FormId } from './forms.ts';
import { ofLabels } from './rows.ts';
import { sigmoid, softmax, unitOf, type Sample, type Scene, type Size } from './scene.ts';

export interface PairSettings {
  readonly form: FormId;
  readonly classes: number | undefined;
  readonly size: Size;
  /** Whether a graph ends with the softmax or sigmoid already; undefined where it is to be seen from the numbers. */
  readonly areProbabilities: boolean | undefined;
}

/** What the name of TensorFlow's detectors stands for, whose corners are top, left, bottom, right. */
const isTensorFlows = /detection_boxes/i;

/** Boxes in one output `[Q, 4]`, scores in another, and classes in a third where each box has one. */
export function sceneOfPairs(
  { boxes, scores, labels }: { readonly boxes: Sample; readonly scores: Sample; readonly labels?: Sample | undefined },
  { form, classes, size, areProbabilities }: PairSettings,
): Scene {
  const places = boxes.values.length / 4;
  const box = boxesOf(boxes, form, size);
  if (labels !== undefined) {
    const given = Array.from(labels.values, Math.round);
    return {
      ...ofLabels(given, (place) => scores.values[place]!, classes),
      box,
      elements: (place) => [{ output: scores.name, index: padded(place, scores.dims) }],
    };
  }
  const columns = places === 0 ? 0 : scores.values.length / places;
  const isPlacesLast = scores.dims.at(-1) === places && scores.dims[0] === columns && columns !== places;
  const at = (place: number, column: number) =>
    scores.values[isPlacesLast ? column * places + place : place * columns + column]!;
  const isSoftmax = form === 'detr' || form === 'boxes-scores-background';
  const first = form === 'boxes-scores-background' ? 1 : 0;
  const count = form === 'detr' ? columns - 1 : columns - first;
  const isDone =
    areProbabilities ??
    (form !== 'detr' && form !== 'detr-sigmoid' && scores.values.every((each) => each >= 0 && each <= 1));
  const probabilities = new Float64Array(places * Math.max(0, count));
  const row = new Float32Array(columns);
  for (let place = 0; place < places; place += 1) {
    for (let column = 0; column < columns; column += 1) row[column] = at(place, column);
    const judged = isDone ? row : isSoftmax ? softmax(row) : Float64Array.from(row, sigmoid);
    for (let each = 0; each < count; each += 1) probabilities[place * count + each] = judged[each + first]!;
  }
  return {
    ...{ places, classes: Math.max(0, count), probabilities, box },
    elements: (place, each) => {
      const column = each + first;
      return [{ output: scores.name, index: isPlacesLast ? [column, place] : [place, column] }];
    },
  };
}

function boxesOf({ name, values }: Sample, form: FormId, size: Size): Scene['box'] {
  const numbers = (place: number) => values.subarray(4 * place, 4 * place + 4) as unknown as Four;
  if (form === 'detr' || form === 'detr-sigmoid') {
    return (place) => {
      const [x, y, width, height] = numbers(place);
      return fromCentre(x * size.width, y * size.height, width * size.width, height * size.height);
    };
  }
  const [across, down] = unitOf(values, size);
  return (place) => {
    const [one, two, three, four] = numbers(place);
    return isTensorFlows.test(name)
      ? fromCorners(two * across, one * down, four * across, three * down)
      : fromCorners(one * across, two * down, three * across, four * down);
  };
}

type Four = readonly [number, number, number, number];

/** A place in a row around which there may be axes of one element. */
function padded(place: number, dims: readonly number[]): Index {
  const wide = Math.max(
    0,
    dims.findIndex((dim) => dim !== 1),
  );
  return dims.map((_, axis) => (axis === wide ? place : 0));
}
