import { broadcast } from './dims.ts';
import type { ShapeRule, ShapeRules } from './shape-rule.ts';

const same: ShapeRule = (c) => {
  const x = c.input(0);
  c.set(0, x?.type, x?.shape);
};

const broadcasting: ShapeRule = (c) => {
  const inputs = c.node.inputs.map((_, index) => c.input(index));
  c.set(
    0,
    inputs[0]?.type,
    broadcast(
      inputs.map((input) => input?.shape),
      c.unknowns,
    ),
  );
};

export const elementwiseShapes: ShapeRules = {
  Relu: same,
  Identity: same,
  Add: broadcasting,
  Mul: broadcasting,
};
