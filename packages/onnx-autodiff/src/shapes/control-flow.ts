import { fromValueInfo } from '../graph.ts';
import type { Dim, Value } from '../types.ts';
import type { ShapeRule, ShapeRules } from './shape-rule.ts';

/** What both branches declare alike; their own nodes are not followed. */
const choice: ShapeRule = (c) => {
  const branches = ['then_branch', 'else_branch'].map((name) => c.node.graph(name));
  c.node.outputs.forEach((_, at) => {
    const [left, right] = branches.map((body): Partial<Value> => {
      const info = body?.output[at];
      return info ? fromValueInfo(info) : {};
    });
    const type = left?.type === right?.type ? left?.type : undefined;
    const other = right?.shape;
    const shape =
      left?.shape && left.shape.length === other?.length
        ? left.shape.map((dim, axis): Dim => (typeof dim === 'number' && dim === other[axis] ? dim : c.unknowns.dim()))
        : undefined;
    c.set(at, type, shape);
  });
};

export const controlFlowShapes: ShapeRules = { If: choice };
