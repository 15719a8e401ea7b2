import type { GraphBuilder } from '../builder.ts';
import { isFloat, type Value } from '../types.ts';

/** A gradient in the type of the tensor it belongs to; that of whole numbers stays in the floating-point type it came in. */
export function castGradient(graph: GraphBuilder, gradient: Value, to: Value): Value {
  return isFloat(to.type) ? graph.cast(gradient, to.type!) : gradient;
}
