import type { JsonNode } from './node.ts';
import { whole, type Parts } from './parts.ts';

/** A division without NaN divides by 1 where it would divide by 0, so that nothing infinite comes back from there. */
export function guardedDivision(node: JsonNode): Parts {
  if (node.op !== 'DivNoNan') return whole(node);
  const { name, attr = {}, input: [a = '', b = '', ...after] = [] } = node;
  const [zero, one] = [`${name}/zero`, `${name}/one`];
  const [isZero, divisor, quotient] = [`${name}/is_zero`, `${name}/divisor`, `${name}/quotient`];
  return {
    nodes: [
      { name: isZero, op: 'Equal', input: [b, zero], attr },
      { name: divisor, op: 'SelectV2', input: [isZero, one, b], attr },
      { name: quotient, op: 'RealDiv', input: [a, divisor], attr },
      { name, op: 'SelectV2', input: [isZero, zero, quotient, ...after], attr },
    ],
    constants: new Map([
      [zero, 0],
      [one, 1],
    ]),
  };
}
