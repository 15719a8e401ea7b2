/**
 * A symmetric linear system over some places of a grid, each tied to its eight neighbours: sum of weight * (own - neighbour's) and what the
 * diagonal has beyond.
 *
 * Arrays have a border of one place around the grid, `stride` places a row. A tie is kept once, at the place that it leads from, to the east,
 * south, south-east and south-west; it is 0 where either end is no place of the system.
 */
export interface GridSystem {
  readonly height: number;
  readonly width: number;
  readonly stride: number;
  /** The places of the system in row-major order, as offsets into the arrays. */
  readonly places: Uint32Array;
  /** 1 for the places of the system. */
  readonly active: Uint8Array;
  readonly diagonal: Float64Array;
  readonly east: Float64Array;
  readonly south: Float64Array;
  readonly southEast: Float64Array;
  readonly southWest: Float64Array;
}

/** A system without ties over the places of a grid that `isActive` names. */
export function emptySystem(
  height: number,
  width: number,
  isActive: (row: number, column: number) => boolean,
): GridSystem {
  const stride = width + 2;
  const size = (height + 2) * stride;
  const active = new Uint8Array(size);
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      if (isActive(row, column)) active[(row + 1) * stride + column + 1] = 1;
    }
  }
  const places = new Uint32Array(active.reduce((count, isIn) => count + isIn, 0));
  for (let place = 0, at = 0; place < size; place += 1) if (active[place] === 1) places[at++] = place;
  const zeros = () => new Float64Array(size);
  return {
    height,
    width,
    stride,
    places,
    active,
    diagonal: zeros(),
    east: zeros(),
    south: zeros(),
    southEast: zeros(),
    southWest: zeros(),
  };
}

/** The weighted sum of the eight neighbours of a place. */
function neighbourSum(system: GridSystem, values: Float64Array, place: number): number {
  const { stride, east, south, southEast, southWest } = system;
  const north = place - stride;
  const below = place + stride;
  return (
    east[place]! * values[place + 1]! +
    east[place - 1]! * values[place - 1]! +
    south[place]! * values[below]! +
    south[north]! * values[north]! +
    southEast[place]! * values[below + 1]! +
    southEast[north - 1]! * values[north - 1]! +
    southWest[place]! * values[below - 1]! +
    southWest[north + 1]! * values[north + 1]!
  );
}

/** The system's matrix times `values`, into `into`. */
export function multiply(system: GridSystem, values: Float64Array, into: Float64Array): void {
  const { places, diagonal } = system;
  for (let at = 0; at < places.length; at += 1) {
    const place = places[at]!;
    into[place] = diagonal[place]! * values[place]! - neighbourSum(system, values, place);
  }
}

/** One sweep of Gauss and Seidel's relaxation, in the order of the places or against it. */
export function relax(system: GridSystem, right: Float64Array, values: Float64Array, isForward: boolean): void {
  const { places, diagonal } = system;
  for (let at = 0; at < places.length; at += 1) {
    const place = places[isForward ? at : places.length - 1 - at]!;
    values[place] = (right[place]! + neighbourSum(system, values, place)) / diagonal[place]!;
  }
}
