import { multiply } from './grid-system.ts';
import type { GridSystem } from './grid-system.ts';
import type { Cycle } from './multigrid.ts';

/** How much of the right-hand side's length the residual may have; the solution is then right to about 1e-6 of the values. */
const tolerance = 1e-8;

/**
 * Solves a system by conjugate gradients, from what `values` holds and into it; `precondition` is nearly the inverse.
 *
 * Hestenes and Stiefel 1952, "Methods of Conjugate Gradients for Solving Linear Systems".
 */
export function solveByConjugateGradients(
  system: GridSystem,
  precondition: Cycle,
  right: Float64Array,
  values: Float64Array,
): void {
  const { places } = system;
  // Loops over indices: this is where imputation spends its time.
  const dot = (left: Float64Array, other: Float64Array) => {
    let sum = 0;
    for (let at = 0; at < places.length; at += 1) sum += left[places[at]!]! * other[places[at]!]!;
    return sum;
  };
  const residual = new Float64Array(values.length);
  const image = new Float64Array(values.length);
  const direction = new Float64Array(values.length);
  const corrected = new Float64Array(values.length);
  const limit = tolerance * Math.sqrt(dot(right, right));

  multiply(system, values, image);
  for (let at = 0; at < places.length; at += 1) residual[places[at]!] = right[places[at]!]! - image[places[at]!]!;
  let product = 0;
  for (let round = 0; round < places.length + 10; round += 1) {
    if (Math.sqrt(dot(residual, residual)) <= limit) return;
    corrected.fill(0);
    precondition(residual, corrected);
    const next = dot(residual, corrected);
    const share = round === 0 ? 0 : next / product;
    product = next;
    for (let at = 0; at < places.length; at += 1) {
      const place = places[at]!;
      direction[place] = corrected[place]! + share * direction[place]!;
    }
    multiply(system, direction, image);
    const step = product / dot(direction, image);
    for (let at = 0; at < places.length; at += 1) {
      const place = places[at]!;
      values[place]! += step * direction[place]!;
      residual[place]! -= step * image[place]!;
    }
  }
}
