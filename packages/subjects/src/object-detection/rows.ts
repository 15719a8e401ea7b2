import type { Box } from '@understory/core';
import { errors } from '../errors.ts';
import { fromCentre, fromCorners } from './boxes.ts';
import type { FormId } from './forms.ts';
import { unitOf, type Sample, type Scene, type Size } from './scene.ts';

/** Sides of the cells of YOLOX in pixels, with and without its fourth map. */
const strides = [
  [8, 16, 32],
  [8, 16, 32, 64],
];

export interface RowSettings {
  readonly form: FormId;
  /** Undefined where nothing tells but the highest class that is found. */
  readonly classes: number | undefined;
  /** Whether the places come last: `[4 + C, A]`. */
  readonly isPlacesLast: boolean;
  readonly size: Size;
}

/** Boxes and scores that lie in one output, a row of numbers for each place. */
export function sceneOfRows({ name, values, dims }: Sample, { form, classes, isPlacesLast, size }: RowSettings): Scene {
  const [first = 0, second = 0] = dims;
  const [places, columns] = isPlacesLast ? [second, first] : [first, second];
  const at = isPlacesLast
    ? (place: number, column: number) => values[column * places + place]!
    : (place: number, column: number) => values[place * columns + column]!;
  const element = (place: number, column: number) => ({
    output: name,
    index: isPlacesLast ? [column, place] : [place, column],
  });
  const coordinates = function* () {
    for (let place = 0; place < places; place += 1)
      for (let column = 0; column < 4; column += 1) yield at(place, column);
  };
  const numbers = (place: number) => [at(place, 0), at(place, 1), at(place, 2), at(place, 3)] as const;
  if (form === 'end-to-end') {
    const [across, down] = unitOf(coordinates(), size);
    const labels = Array.from({ length: places }, (_, place) => Math.round(at(place, 5)));
    return {
      ...ofLabels(labels, (place) => at(place, 4), classes),
      box(place) {
        const [left, top, right, bottom] = numbers(place);
        return fromCorners(left * across, top * down, right * across, bottom * down);
      },
      elements: (place) => [element(place, 4)],
    };
  }
  const isWithObjectness = form === 'yolov5' || form === 'yolox';
  const start = isWithObjectness ? 5 : 4;
  const count = classes ?? columns - start;
  const probabilities = new Float64Array(places * count);
  for (let place = 0; place < places; place += 1) {
    const objectness = isWithObjectness ? at(place, 4) : 1;
    for (let each = 0; each < count; each += 1)
      probabilities[place * count + each] = objectness * at(place, start + each);
  }
  const boxOf = form === 'yolox' ? ofCells(numbers, places, size) : ofCentres(numbers, coordinates(), { form, size });
  return {
    ...{ places, classes: count, probabilities, box: boxOf },
    elements: (place, each) => [element(place, start + each), ...(isWithObjectness ? [element(place, 4)] : [])],
  };
}

/** Places that have one class each. */
export function ofLabels(
  labels: readonly number[],
  score: (place: number) => number,
  known: number | undefined,
): Pick<Scene, 'places' | 'classes' | 'probabilities'> {
  const places = labels.length;
  const classes = known ?? labels.reduce((most, each) => Math.max(most, each + 1), 0);
  const probabilities = new Float64Array(places * classes);
  for (const [place, each] of labels.entries()) {
    if (each >= 0 && each < classes) probabilities[place * classes + each] = score(place);
  }
  return { places, classes, probabilities };
}

type Numbers = (place: number) => readonly [number, number, number, number];

function ofCentres(
  numbers: Numbers,
  coordinates: Iterable<number>,
  { form, size }: { readonly form: FormId; readonly size: Size },
): (place: number) => Box {
  const [across, down] = form === 'rtdetr' ? [size.width, size.height] : unitOf(coordinates, size);
  return (place) => {
    const [x, y, width, height] = numbers(place);
    return fromCentre(x * across, y * down, width * across, height * down);
  };
}

/** Boxes as offsets of their cells' corners, and as logarithms of sizes, in units of cells; throws DETECTIONS_UNREADABLE. */
function ofCells(numbers: Numbers, places: number, { width, height }: Size): (place: number) => Box {
  const cellsOf = (sides: readonly number[]) =>
    sides.map((side) => Math.floor(height / side) * Math.floor(width / side)).reduce((sum, each) => sum + each, 0);
  const sides = strides.find((each) => cellsOf(each) === places);
  if (sides === undefined) {
    throw errors.detectionsUnreadable({
      found: `${places} places in a picture of ${width} x ${height} pixels`,
      expected: `${strides.map(cellsOf).join(' or ')}, one a cell of ${strides[0]!.join(', ')} pixels, and of 64 where there is a fourth map`,
    });
  }
  return (place) => {
    let rest = place;
    const side = sides.find((each) => {
      const cells = cellsOf([each]);
      if (rest < cells) return true;
      rest -= cells;
      return false;
    })!;
    const across = Math.floor(width / side);
    const [x, y, wide, high] = numbers(place);
    const left = (x + (rest % across)) * side;
    const top = (y + Math.floor(rest / across)) * side;
    return fromCentre(left, top, Math.exp(wide) * side, Math.exp(high) * side);
  };
}
