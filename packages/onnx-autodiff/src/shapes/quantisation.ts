import { elementTypeOf, type ElementType } from '../types.ts';
import { channelsLast } from './channels-last.ts';
import { convolutionShapes } from './convolution.ts';
import { matMul } from './linear-algebra.ts';
import type { ShapeContext, ShapeRule, ShapeRules } from './shape-rule.ts';

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

/** The shape that `operator` has for the inputs at these places, in a type of its own. */
const shapedAs =
  (
    operator: string,
    rule: ShapeRule,
    places: readonly number[],
    typeOf: (c: ShapeContext) => ElementType | undefined,
  ): ShapeRule =>
  (c) =>
    rule({
      ...c,
      node: c.node.with({ operator }),
      input: (at) => c.input(places[at] ?? c.node.inputs.length),
      set: (output, _, shape) => c.set(output, typeOf(c), shape),
    });

const conv = convolutionShapes['Conv']!;
const typeOfZero = (c: ShapeContext) => c.input(7)?.type ?? c.input(0)?.type;

export const quantisationShapes: ShapeRules = {
  ConvInteger: shapedAs('Conv', conv, [0, 1], () => 'int32'),
  MatMulInteger: shapedAs('MatMul', matMul, [0, 1], () => 'int32'),
  QLinearConv: channelsLast(shapedAs('Conv', conv, [0, 3], typeOfZero)),
  QLinearMatMul: shapedAs('MatMul', matMul, [0, 3], typeOfZero),
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: dynamicQuantize,
  QuantizeLinear: quantize,
};
