import { bodiesOf } from '../node.ts';
import type { Dim } from '../types.ts';
import type { Body, Fed, Inside } from './inside.ts';
import type { Known } from './known.ts';
import type { ShapeContext } from './shape-rule.ts';

/** Steps that are followed one after the other where a condition may end a loop. */
const mostSteps = 512;
/** Nodes of a body that decide on its condition; those of exporters are about ten. */
const mostNodes = 64;

/** How often a loop runs, where constants and sizes decide that: counters that a condition compares are followed step by step. */
export function loopSteps(c: ShapeContext, body: Body): Dim {
  const [most, start] = [0, 1].map((at) => (c.node.inputs[at] ? c.known(at)?.values[0] : at === 0 ? Infinity : 1));
  if (start === 0 || (typeof most === 'number' && most <= 0)) return 0;
  const condition = body.output[0]?.name;
  if (most === undefined || typeof start !== 'number' || condition === undefined) return c.unknowns.dim();
  const deciding = decidingPart(body, condition);
  if (deciding === undefined) return c.unknowns.dim();
  const isTrue = (inside: Inside | undefined) => inside?.known(condition)?.values[0];
  const always = isTrue(c.inside(deciding, [undefined, scalar('bool', 1)]));
  if (typeof always === 'number' && always !== 0)
    return most === Infinity || (typeof most === 'string' && !isSize(most)) ? c.unknowns.dim() : most;
  if (typeof most === 'string') return c.unknowns.dim();
  let states = body.input.slice(2).map((_, at) => ({ ...c.input(at + 2), known: c.known(at + 2) }) as Fed);
  for (let step = 0; step < Math.min(most, mostSteps); step += 1) {
    const inside = c.inside(deciding, [scalar('int64', step), scalar('bool', 1), ...states]);
    const goesOn = isTrue(inside);
    if (typeof goesOn !== 'number') return c.unknowns.dim();
    if (goesOn === 0) return step + 1;
    states = states.map((state, at) => {
      const name = body.output[at + 1]!.name;
      const known = inside!.known(name);
      return { type: state.type, shape: known?.dims, known };
    });
  }
  return most <= mostSteps ? most : c.unknowns.dim();
}

/** A name, or a product of names: no difference, which might be negative. */
function isSize(dim: string): boolean {
  return /^[\w.?*]+$/.test(dim);
}

export function scalar(type: 'int64' | 'bool', value?: number): Fed {
  const known: Known | undefined = value === undefined ? undefined : { type, dims: [], values: [value] };
  return { type, shape: [], known };
}

/** The nodes that the condition depends on, in this step or a later one; undefined where they are many or have bodies themselves. */
function decidingPart(body: Body, condition: string): Body | undefined {
  const states = new Map(body.input.map(({ name }, at) => [name, body.output[at - 1]?.name]));
  const needed = new Set([condition]);
  const node: Body['node'] = [];
  const left = [...body.node].reverse();
  for (let before = -1; before < needed.size;) {
    before = needed.size;
    for (const each of left) {
      if (node.includes(each) || !each.output.some((name) => needed.has(name))) continue;
      if (bodiesOf(each).length > 0 || node.length === mostNodes) return undefined;
      node.push(each);
      for (const name of each.input) if (name !== '') needed.add(name);
    }
    for (const name of [...needed]) {
      const next = states.get(name);
      if (next !== undefined) needed.add(next);
    }
  }
  return { ...body, node: body.node.filter((each) => node.includes(each)), output: [] };
}
