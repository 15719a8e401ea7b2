import { elementwiseShapes } from './elementwise.ts';
import type { ShapeRules } from './shape-rule.ts';

/** Every shape rule by operator. */
export const shapeRules: ShapeRules = { ...elementwiseShapes };
