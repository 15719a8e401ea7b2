const beside = 1 / 6;
const across = 1 / 12;

const offsets = [
  [-1, 0, beside],
  [1, 0, beside],
  [0, -1, beside],
  [0, 1, beside],
  [-1, -1, across],
  [-1, 1, across],
  [1, -1, across],
  [1, 1, across],
] as const;

/** The linear system of marked pixels, each of which is the weighted mean of its neighbours: symmetric, sparse, positive definite where any pixel is not marked. */
export interface Neighbourhood {
  /** The marked pixels; a row of the system each. */
  readonly places: Uint32Array;
  /** The sum of the weights of the neighbours that lie inside the picture, by row. */
  readonly diagonal: Float64Array;
  /** Eight a row in the order of the weights: the row of that neighbour, or -1 where it is not marked or outside. */
  readonly neighbours: Int32Array;
  /** Each pair of a row and a neighbour that is not marked. */
  eachKnown(visit: (row: number, place: number, weight: number) => void): void;
}

/** `marked` is 1 for the unknown pixels of a picture `[height, width]`. */
export function neighbourhoodOf(marked: Uint8Array, height: number, width: number): Neighbourhood {
  const rowOf = new Int32Array(marked.length).fill(-1);
  let count = 0;
  for (let place = 0; place < marked.length; place += 1) if (marked[place] === 1) rowOf[place] = count++;
  const places = new Uint32Array(count);
  for (let place = 0; place < marked.length; place += 1) if (rowOf[place]! >= 0) places[rowOf[place]!] = place;

  const eachNeighbour = (visit: (row: number, neighbour: number, weight: number, direction: number) => void) => {
    places.forEach((place, row) => {
      const y = Math.floor(place / width);
      const x = place % width;
      offsets.forEach(([dy, dx, weight], direction) => {
        if (y + dy < 0 || y + dy >= height || x + dx < 0 || x + dx >= width) return;
        visit(row, place + dy * width + dx, weight, direction);
      });
    });
  };
  const diagonal = new Float64Array(count);
  const neighbours = new Int32Array(count * offsets.length).fill(-1);
  eachNeighbour((row, neighbour, weight, direction) => {
    diagonal[row]! += weight;
    neighbours[row * offsets.length + direction] = rowOf[neighbour]!;
  });
  return {
    places,
    diagonal,
    neighbours,
    eachKnown(visit) {
      eachNeighbour((row, neighbour, weight) => {
        if (rowOf[neighbour]! < 0) visit(row, neighbour, weight);
      });
    },
  };
}

/** How much of the first residual may be left; the solution is then right to about 1e-6 of the values' range. */
const tolerance = 1e-8;

/**
 * Solves the system for `columns` right-hand sides at once, by conjugate gradients from what `values` holds and into it.
 * `right` and `values` are `[rows, columns]`. Hestenes and Stiefel 1952.
 */
export function solveByConjugateGradients(
  hood: Neighbourhood,
  right: Float64Array,
  values: Float64Array,
  columns: number,
): void {
  const residual = new Float64Array(right.length);
  const direction = new Float64Array(right.length);
  const image = new Float64Array(right.length);
  multiply(hood, values, image, columns);
  for (let at = 0; at < right.length; at += 1) direction[at] = residual[at] = right[at]! - image[at]!;
  const limits = columnProducts(right, right, columns).map((norm) => tolerance ** 2 * Math.max(norm, 1e-30));
  let norms = columnProducts(residual, residual, columns);
  for (let round = 0; round < 10 * hood.places.length; round += 1) {
    if (norms.every((norm, column) => norm <= limits[column]!)) return;
    multiply(hood, direction, image, columns);
    const curvatures = columnProducts(direction, image, columns);
    const steps = norms.map((norm, column) => (norm <= limits[column]! ? 0 : norm / curvatures[column]!));
    for (let at = 0, column = 0; at < right.length; at += 1, column = column + 1 === columns ? 0 : column + 1) {
      values[at]! += steps[column]! * direction[at]!;
      residual[at]! -= steps[column]! * image[at]!;
    }
    const next = columnProducts(residual, residual, columns);
    for (let at = 0, column = 0; at < right.length; at += 1, column = column + 1 === columns ? 0 : column + 1) {
      direction[at] = residual[at]! + (next[column]! / Math.max(norms[column]!, 1e-300)) * direction[at]!;
    }
    norms = next;
  }
}

function multiply(hood: Neighbourhood, from: Float64Array, into: Float64Array, columns: number): void {
  const { diagonal, neighbours } = hood;
  for (let row = 0; row < diagonal.length; row += 1) {
    const start = row * columns;
    for (let column = 0; column < columns; column += 1) {
      into[start + column] = diagonal[row]! * from[start + column]!;
    }
    for (let side = 0; side < 8; side += 1) {
      const other = neighbours[row * 8 + side]!;
      if (other < 0) continue;
      const weight = side < 4 ? beside : across;
      for (let column = 0; column < columns; column += 1) {
        into[start + column]! -= weight * from[other * columns + column]!;
      }
    }
  }
}

function columnProducts(left: Float64Array, right: Float64Array, columns: number): number[] {
  const sums = Array.from({ length: columns }, () => 0);
  for (let at = 0; at < left.length; at += columns) {
    for (let column = 0; column < columns; column += 1) sums[column]! += left[at + column]! * right[at + column]!;
  }
  return sums;
}
