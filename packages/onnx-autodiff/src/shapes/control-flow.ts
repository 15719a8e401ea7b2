import type { GraphProto } from 'onnx-buf';
import { fromValueInfo } from '../graph.ts';
import type { Dim, Shape, Value } from '../types.ts';
import type { Fed } from './inside.ts';
import { loopSteps, scalar } from './loop-steps.ts';
import type { ShapeContext, ShapeRule, ShapeRules } from './shape-rule.ts';

/** Passes over a body until its states keep their shapes: the first where they do, a second where one of their sizes changes, a third where others follow it. */
const mostPasses = 3;

/** What both branches hand out alike. */
const choice: ShapeRule = (c) => {
  const branches = ['then_branch', 'else_branch'].map((name) => c.node.graph(name));
  const insides = branches.map((body) => body && c.inside(body, []));
  c.node.outputs.forEach((_, at) => {
    const [left, right] = branches.map((body, branch): Partial<Value> => {
      const info = body?.output[at];
      const inside = insides[branch];
      return inside && info ? inside.value(info.name) : declaredOf(info, c);
    });
    c.set(at, left?.type === right?.type ? left?.type : undefined, common(c, left?.shape, right?.shape));
  });
};

/** States keep their shape; a result has one more axis, along which its steps are. */
const scan: ShapeRule = (c) => {
  const body = c.node.graph('body');
  const scannedCount = c.node.int('num_scan_inputs', 0);
  const stateCount = c.node.inputs.length - scannedCount;
  const axesOf = (attribute: string, at: number) => c.node.ints(attribute, [])[at] ?? 0;
  const scanned = Array.from({ length: scannedCount }, (_, at): Fed => {
    const { type, shape } = c.input(stateCount + at) ?? { type: undefined, shape: undefined };
    const axis = axesOf('scan_input_axes', at);
    return { type, shape: shape?.toSpliced(axis < 0 ? axis + shape.length : axis, 1) };
  });
  const steps = c.input(stateCount)?.shape?.at(axesOf('scan_input_axes', 0)) ?? c.unknowns.dim();
  const initial = Array.from({ length: stateCount }, (_, at) => fedWith(c, at));
  const states = body && settled(c, body, { initial, first: 0, feed: (before) => [...before, ...scanned] });
  c.node.outputs.forEach((_, at) => {
    const { type, shape } = resultOf(c, body, states, at);
    if (at < stateCount) return c.set(at, initial[at]?.type ?? type, initial[at]?.shape);
    const axis = axesOf('scan_output_axes', at - stateCount);
    return c.set(at, type, shape?.toSpliced(axis < 0 ? axis + shape.length + 1 : axis, 0, steps));
  });
};

/** States whose shapes may change, and results along one more axis in front. */
const loop: ShapeRule = (c) => {
  const body = c.node.graph('body');
  const initial = c.node.inputs.slice(2).map((_, at) => fedWith(c, at + 2));
  const feed = (before: readonly Fed[]) => [scalar('int64'), scalar('bool'), ...before];
  const states = body && settled(c, body, { initial, first: 1, feed });
  const steps = body ? loopSteps(c, body) : c.unknowns.dim();
  // Without a step the runtime knows of a result what is declared, and takes other sizes for 0. A size of an input is at least 1.
  const mayBeNone = typeof steps === 'number' ? steps === 0 : steps.includes('?');
  c.node.outputs.forEach((_, at) => {
    const { type, shape } = resultOf(c, body, states, at + 1);
    if (at < initial.length) return c.set(at, initial[at]!.type ?? type, states?.shapes[at] ?? shape);
    const declared = mayBeNone ? declaredOf(body?.output[at + 1], c).shape : undefined;
    const kept = mayBeNone ? shape?.map((_, axis) => declared?.[axis] ?? c.unknowns.dim()) : shape;
    return c.set(at, type, kept && [steps, ...kept]);
  });
};

interface Repeated {
  readonly initial: readonly Fed[];
  /** The place of the first state among the body's outputs. */
  readonly first: number;
  feed(before: readonly Fed[]): readonly Fed[];
}

interface Settled {
  /** Of the states behind the last step. */
  readonly shapes: readonly Shape[];
  /** What the body hands out in any step. */
  value(name: string): Value;
}

/** The shapes that states have whatever the step; undefined where the body is not followed. */
function settled(c: ShapeContext, body: GraphProto, { initial, first, feed }: Repeated): Settled | undefined {
  let before = initial;
  // Sizes that change from step to step: what has them has another size outside.
  const changing = new Set<Dim>();
  for (let pass = 0; pass < mostPasses; pass += 1) {
    const inside = c.inside(body, feed(before));
    if (!inside) return undefined;
    let isKept = true;
    const next = before.map((state, at): Fed => {
      const info = body.output[first + at];
      const { shape } = info ? inside.value(info.name) : state;
      const whole = state.shape && shape?.length === state.shape.length ? state.shape : undefined;
      if (state.shape && !whole) isKept = false;
      const kept = whole?.map((dim, axis) => {
        if (dim === shape![axis] || changing.has(dim)) return dim;
        isKept = false;
        const name = c.unknowns.dim();
        changing.add(name);
        return name;
      });
      return { type: state.type, shape: kept };
    });
    if (!isKept) {
      before = next;
      continue;
    }
    const tokens = new Set([...changing].map(String));
    const isChanging = (dim: Dim) => typeof dim === 'string' && dim.split(/[^\w.?]/).some((name) => tokens.has(name));
    const outside = (shape: Shape) => shape?.map((dim) => (isChanging(dim) ? c.unknowns.dim() : dim));
    const value = (name: string) => {
      const found = inside.value(name);
      return { ...found, shape: outside(found.shape) };
    };
    return { shapes: before.map(({ shape }) => outside(shape)), value };
  }
  return undefined;
}

/** What an output of a body is in any step, from its own nodes or else from what it declares. */
function resultOf(
  c: ShapeContext,
  body: GraphProto | undefined,
  states: Settled | undefined,
  at: number,
): Partial<Value> {
  const info = body?.output[at];
  return states && info ? states.value(info.name) : declaredOf(info, c);
}

/** What a body says of an output; its names for sizes mean nothing outside. */
function declaredOf(info: GraphProto['output'][number] | undefined, c: ShapeContext): Partial<Value> {
  const { type, shape } = info ? fromValueInfo(info) : { type: undefined, shape: undefined };
  return { type, shape: shape?.map((dim) => (typeof dim === 'number' ? dim : c.unknowns.dim())) };
}

function fedWith(c: ShapeContext, at: number): Fed {
  const { type, shape } = c.input(at) ?? { type: undefined, shape: undefined };
  return { type, shape };
}

function common(c: ShapeContext, one: Shape, other: Shape): Shape {
  if (!one || one.length !== other?.length) return undefined;
  return one.map((dim, axis) => (dim === other[axis] ? dim : c.unknowns.dim()));
}

export const controlFlowShapes: ShapeRules = { If: choice, Loop: loop, Scan: scan };
