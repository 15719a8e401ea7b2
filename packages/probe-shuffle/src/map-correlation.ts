import type { HeatMap } from '@understory/core';
import { spearman, type Estimate } from '@understory/statistics';
import { cut, gather, inverse, sourceOf, type Rearrangement, type Size } from './rearrangement.ts';

/** Cells along a side of the lattice on which maps are compared, at least and at most. */
const fewest = 16;
const most = 64;

export interface MapCorrelation {
  /** Of the map after, moved back along with its pieces, and the map before: 1 where the explanation follows the piece. */
  readonly piece: Estimate;
  /** Of the map after as it lies and the map before: 1 where the explanation keeps to its place. */
  readonly place: Estimate;
}

/**
 * Spearman's rank correlations of an explanation before and after pieces were moved, over a lattice that each piece has whole cells of.
 * A cell's value is the mean over its area of the map, taken as constant within each of the map's own cells.
 */
export function mapCorrelation(
  before: HeatMap,
  after: HeatMap,
  rearrangement: Rearrangement,
  size: Size,
): MapCorrelation {
  const lattice = latticeFor(rearrangement, before);
  const first = onLattice(before, lattice, rearrangement, size);
  const second = onLattice(after, lattice, rearrangement, size);
  const back = gather(second, inverse(sourceOf(rearrangement, lattice)));
  return { piece: spearman([...first], [...back]), place: spearman([...first], [...second]) };
}

function latticeFor({ rows, columns }: Rearrangement, { height, width }: HeatMap): Size {
  const wanted = Math.min(most, Math.max(fewest, 2 * Math.max(height, width)));
  return { height: rows * Math.ceil(wanted / rows), width: columns * Math.ceil(wanted / columns) };
}

function onLattice(map: HeatMap, lattice: Size, rearrangement: Rearrangement, size: Size): Float32Array {
  const { rows, columns } = rearrangement;
  const { top, left, height, width } = cut(rearrangement, size);
  const down = overlaps({ cells: lattice.height, start: top, length: rows * height, pixels: size.height }, map.height);
  const right = overlaps({ cells: lattice.width, start: left, length: columns * width, pixels: size.width }, map.width);
  const values = new Float32Array(lattice.height * lattice.width);
  down.forEach((ys, y) => {
    right.forEach((xs, x) => {
      let sum = 0;
      for (const own of ys)
        for (const other of xs) sum += own.share * other.share * map.data[own.at * map.width + other.at]!;
      values[y * lattice.width + x] = sum;
    });
  });
  return values;
}

interface Overlap {
  /** A cell of the map along the axis. */
  readonly at: number;
  /** Of the lattice's cell, in (0, 1]. */
  readonly share: number;
}

/** Which cells of a map each cell of the lattice lies on, along one axis; in whole numbers, so that a cell within one of the map has exactly its value. */
function overlaps(
  { cells, start, length, pixels }: { cells: number; start: number; length: number; pixels: number },
  mapCells: number,
): readonly (readonly Overlap[])[] {
  const edge = (cell: number) => (start * cells + cell * length) * mapCells;
  const mapEdge = (cell: number) => cell * pixels * cells;
  return Array.from({ length: cells }, (_, cell) => {
    const [low, high] = [edge(cell), edge(cell + 1)];
    const found: Overlap[] = [];
    for (let at = Math.floor(low / mapEdge(1)); at < mapCells && mapEdge(at) < high; at += 1) {
      const share = (Math.min(high, mapEdge(at + 1)) - Math.max(low, mapEdge(at))) / (high - low);
      if (share > 0) found.push({ at, share });
    }
    return found;
  });
}
