import { elementTypeOf, type ElementType } from '../types.ts';
import type { ShapeContext, ShapeRule, ShapeRules } from './shape-rule.ts';

const askedType = (c: ShapeContext, fallback: ElementType | undefined): ElementType | undefined => {
  const asked = c.node.int('dtype');
  return asked === undefined ? fallback : elementTypeOf(asked);
};

const ofShape: ShapeRule = (c) => c.set(0, askedType(c, 'float32'), c.node.ints('shape'));

const like: ShapeRule = (c) => c.set(0, askedType(c, c.input(0)?.type), c.input(0)?.shape);

const multinomial: ShapeRule = (c) =>
  c.set(0, askedType(c, 'int32'), [c.input(0)?.shape?.[0] ?? c.unknowns.dim(), c.node.int('sample_size', 1)]);

/** Operators that draw at random, and EyeLike, which takes its type and shape as they do. */
export const randomShapes: ShapeRules = {
  Bernoulli: like,
  EyeLike: like,
  Multinomial: multinomial,
  RandomNormal: ofShape,
  RandomNormalLike: like,
  RandomUniform: ofShape,
  RandomUniformLike: like,
};
