import { DifferentiableGraph } from './differentiate.ts';
import type { Graph, Sizes } from './graph.ts';
import type { ObjectiveForm, ObjectiveInput } from './objective.ts';

/** A model that multiplies the Hessian of an objective with a direction. */
export interface HessianProduct {
  /** The model's own inputs, then `objectiveInputs` and `direction`. */
  readonly graph: Graph;
  readonly objectiveInputs: readonly ObjectiveInput[];
  /** The input that takes the direction, shaped as the tensor. */
  readonly direction: string;
  /** The output that holds the product, shaped as the tensor. */
  readonly product: string;
  readonly sizes: Sizes;
}

export interface HessianProductOptions {
  readonly objective: ObjectiveForm;
  /** An input or another tensor, by name. */
  readonly withRespectTo: string;
}

/**
 * H v for the Hessian H of the summed objective with respect to one tensor, exactly: the gradient's backward pass, which is a graph as any other, is differentiated
 * again, weighted with v (Pearlmutter 1994, "Fast exact multiplication by the Hessian"). Undefined where the gradient does not depend on the tensor, so that the product is 0. Throws GRADIENT_* where
 * an operator of either pass stands in the way. The graph must not be `blockedLayout`, whose masks are steep functions.
 */
export function hessianProduct(
  source: DifferentiableGraph,
  { objective, withRespectTo }: HessianProductOptions,
): HessianProduct | undefined {
  const once = source.differentiate({ objective, withRespectTo: [withRespectTo] });
  const gradient = once.gradients[withRespectTo]!;
  const again = new DifferentiableGraph(once.graph);
  if (!again.reach(gradient).has(withRespectTo)) return undefined;
  const twice = again.differentiate({
    objective: { kind: 'cotangent', outputs: [gradient] },
    withRespectTo: [withRespectTo],
  });
  return {
    graph: twice.graph,
    objectiveInputs: once.objectiveInputs,
    direction: twice.objectiveInputs[0]!.name,
    product: twice.gradients[withRespectTo]!,
    sizes: twice.sizes,
  };
}
