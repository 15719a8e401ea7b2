import { elementTypeOf } from '../types.ts';
import type { ShapeRule, ShapeRules } from './shape-rule.ts';

const quantize: ShapeRule = (c) => {
  const x = c.input(0);
  const zeroPoint = c.input(2);
  const asked = c.node.int('output_dtype', 0);
  c.set(0, zeroPoint ? zeroPoint.type : asked ? elementTypeOf(asked) : 'uint8', x?.shape);
};

const dequantize: ShapeRule = (c) => {
  const asked = c.node.int('output_dtype', 0);
  c.set(0, asked ? elementTypeOf(asked) : c.input(1)?.type, c.input(0)?.shape);
};

const dynamicQuantize: ShapeRule = (c) => {
  c.set(0, 'uint8', c.input(0)?.shape);
  c.set(1, 'float32', []);
  c.set(2, 'uint8', []);
};

export const quantisationShapes: ShapeRules = {
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: dynamicQuantize,
  QuantizeLinear: quantize,
};
