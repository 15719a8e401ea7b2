import { emptySystem, multiply, relax } from './grid-system.ts';
import type { GridSystem } from './grid-system.ts';

/** One cycle over ever coarser grids: nearly the solution for a right-hand side, from nothing, as a symmetric linear map. */
export type Cycle = (right: Float64Array, values: Float64Array) => void;

/** Systems with no more places are relaxed until they are solved. */
const coarsest = 12;

/**
 * A V-cycle with one sweep of relaxation on each way, bilinear interpolation and products of Galerkin.
 *
 * A coarse grid has every second place in either direction, as far as it belongs to the system. Brandt 1977, "Multi-Level Adaptive Solutions to
 * Boundary-Value Problems".
 */
export function multigridCycle(system: GridSystem): Cycle {
  const coarse = emptySystem(
    Math.ceil(system.height / 2),
    Math.ceil(system.width / 2),
    (row, column) => system.active[(2 * row + 1) * system.stride + 2 * column + 1] === 1,
  );
  if (coarse.places.length === 0 || system.places.length <= coarsest) {
    return (right, values) => {
      for (let sweep = 0; sweep < coarsest; sweep += 1) {
        relax(system, right, values, true);
        relax(system, right, values, false);
      }
    };
  }
  const interpolation = parentsOf(system, coarse);
  addGalerkinProduct(system, interpolation, coarse);
  const { places } = system;
  const { first, parents, weights } = interpolation;
  const solveCoarse = multigridCycle(coarse);
  const image = new Float64Array(system.active.length);
  const coarseRight = new Float64Array(coarse.active.length);
  const coarseValues = new Float64Array(coarse.active.length);

  return (right, values) => {
    relax(system, right, values, true);
    multiply(system, values, image);
    coarseRight.fill(0);
    for (let at = 0; at < places.length; at += 1) {
      const place = places[at]!;
      const rest = right[place]! - image[place]!;
      for (let each = first[place]!; each < first[place + 1]!; each += 1) {
        coarseRight[parents[each]!]! += weights[each]! * rest;
      }
    }
    coarseValues.fill(0);
    solveCoarse(coarseRight, coarseValues);
    for (let at = 0; at < places.length; at += 1) {
      const place = places[at]!;
      let correction = 0;
      for (let each = first[place]!; each < first[place + 1]!; each += 1) {
        correction += weights[each]! * coarseValues[parents[each]!]!;
      }
      values[place]! += correction;
    }
    relax(system, right, values, false);
  };
}

/** From which coarse places each place is interpolated, at most four: those from `first[place]` to before `first[place + 1]`. */
interface Parents {
  readonly first: Uint32Array;
  readonly parents: Uint32Array;
  readonly weights: Float64Array;
}

function parentsOf(system: GridSystem, coarse: GridSystem): Parents {
  const first = new Uint32Array(system.active.length + 1);
  const parents = new Uint32Array(4 * system.places.length);
  const weights = new Float64Array(parents.length);
  let count = 0;
  for (let place = 0; place < system.active.length; place += 1) {
    first[place] = count;
    if (system.active[place] === 0) continue;
    const row = Math.floor(place / system.stride) - 1;
    const column = (place % system.stride) - 1;
    for (const [coarseRow, rowWeight] of between(row, coarse.height)) {
      for (const [coarseColumn, columnWeight] of between(column, coarse.width)) {
        const parent = (coarseRow + 1) * coarse.stride + coarseColumn + 1;
        // What is outside the system is known there, so nothing is to be corrected.
        if (coarse.active[parent] === 0) continue;
        parents[count] = parent;
        weights[count] = rowWeight * columnWeight;
        count += 1;
      }
    }
  }
  first[system.active.length] = count;
  return { first, parents, weights };
}

/** The coarse lines that a line lies between; beyond the last one there is only that. */
function between(line: number, coarseLines: number): readonly (readonly [line: number, weight: number])[] {
  const half = line >> 1;
  if (line % 2 === 0) return [[half, 1]];
  return half + 1 < coarseLines
    ? [
        [half, 0.5],
        [half + 1, 0.5],
      ]
    : [[half, 1]];
}

/** Adds the system, seen through the interpolation from both sides, to the coarse one. */
function addGalerkinProduct(system: GridSystem, { first, parents, weights }: Parents, coarse: GridSystem): void {
  const add = (place: number, other: number, element: number) => {
    for (let one = first[place]!; one < first[place + 1]!; one += 1) {
      for (let two = first[other]!; two < first[other + 1]!; two += 1) {
        const step = parents[two]! - parents[one]!;
        const value = element * weights[one]! * weights[two]!;
        const from = parents[one]!;
        // The other half of a symmetric matrix is not kept.
        if (step === 0) coarse.diagonal[from]! += value;
        else if (step === 1) coarse.east[from]! -= value;
        else if (step === coarse.stride) coarse.south[from]! -= value;
        else if (step === coarse.stride + 1) coarse.southEast[from]! -= value;
        else if (step === coarse.stride - 1) coarse.southWest[from]! -= value;
      }
    }
  };
  const { places, stride, diagonal, east, south, southEast, southWest } = system;
  for (let at = 0; at < places.length; at += 1) {
    const place = places[at]!;
    add(place, place, diagonal[place]!);
    for (const [step, ties] of [
      [1, east],
      [stride, south],
      [stride + 1, southEast],
      [stride - 1, southWest],
    ] as const) {
      const tie = ties[place]!;
      if (tie === 0) continue;
      add(place, place + step, -tie);
      add(place + step, place, -tie);
    }
  }
}
