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

/** States keep their shape; a result has one more axis, along which its steps are. */
const scan: ShapeRule = (c) => {
  const body = c.node.graph('body');
  const scannedCount = c.node.int('num_scan_inputs', 0);
  const stateCount = c.node.inputs.length - scannedCount;
  const scanned = c.input(stateCount)?.shape;
  const [axis = 0] = c.node.ints('scan_input_axes', []);
  const steps = scanned?.at(axis) ?? c.unknowns.dim();
  const axes = c.node.ints('scan_output_axes', []);
  c.node.outputs.forEach((_, at) => {
    const info = body?.output[at];
    const declared: Partial<Value> = info ? fromValueInfo(info) : {};
    if (at < stateCount) {
      const state = c.input(at);
      return c.set(at, state?.type ?? declared.type, state?.shape);
    }
    const shape = declared.shape?.map((dim) => (typeof dim === 'number' ? dim : c.unknowns.dim()));
    const place = axes[at - stateCount] ?? 0;
    shape?.splice(place < 0 ? place + shape.length + 1 : place, 0, steps);
    return c.set(at, declared.type, shape);
  });
};

/** The ranks of states that may change their shape, and results along one more axis in front. */
const loop: ShapeRule = (c) => {
  const body = c.node.graph('body');
  const stateCount = c.node.inputs.length - 2;
  const steps = c.unknowns.dim();
  c.node.outputs.forEach((_, at) => {
    const info = body?.output[at + 1];
    const declared: Partial<Value> = info ? fromValueInfo(info) : {};
    const shape = declared.shape?.map((dim) => (typeof dim === 'number' ? dim : c.unknowns.dim()));
    const type = (at < stateCount ? c.input(at + 2)?.type : undefined) ?? declared.type;
    c.set(at, type, at < stateCount ? shape : shape && [steps, ...shape]);
  });
};

export const controlFlowShapes: ShapeRules = { If: choice, Loop: loop, Scan: scan };
