import type { GraphBuilder } from '../builder.ts';
import { range } from '../range.ts';
import type { Value } from '../types.ts';

/** Bytes `[rows, bytes]` taken apart into numbers of some bits, those of the lower bits first, as uint8 `[rows, bytes * 8 / bits]`. */
export function unpacked(graph: GraphBuilder, bytes: Value, bits: number): Value {
  if (bits === 8) return bytes;
  const byte = (value: number) => graph.constant({ type: 'uint8', dims: [], values: [value] });
  const parts = range(0, 8 / bits).map((part) => {
    const shifted = part === 0 ? bytes : graph.op('BitShift', [bytes, byte(bits * part)], { direction: 'RIGHT' });
    return graph.unsqueeze(graph.op('BitwiseAnd', [shifted, byte(2 ** bits - 1)]), [2]);
  });
  return graph.reshape(graph.concat(parts, 2), [0, -1]);
}
