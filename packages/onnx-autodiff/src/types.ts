import { TensorProto_DataType as DataType } from 'onnx-buf';

const names = {
  [DataType.FLOAT]: 'float32',
  [DataType.DOUBLE]: 'float64',
  [DataType.FLOAT16]: 'float16',
  [DataType.BFLOAT16]: 'bfloat16',
  [DataType.INT64]: 'int64',
  [DataType.INT32]: 'int32',
  [DataType.INT16]: 'int16',
  [DataType.INT8]: 'int8',
  [DataType.UINT64]: 'uint64',
  [DataType.UINT32]: 'uint32',
  [DataType.UINT16]: 'uint16',
  [DataType.UINT8]: 'uint8',
  [DataType.BOOL]: 'bool',
  [DataType.STRING]: 'string',
} as const;

/** Element types by the names that JavaScript's typed arrays and NumPy use. */
export type ElementType = (typeof names)[keyof typeof names];

const codes = new Map<string, DataType>(Object.entries(names).map(([code, name]) => [name, Number(code)]));

/** The name of an ONNX type code, or undefined for the types that carry no gradients and no shapes here (float8, int4, complex). */
export function elementTypeOf(code: number): ElementType | undefined {
  return (names as Record<number, ElementType>)[code];
}

/** The ONNX code of an element type. */
export function dataTypeOf(type: ElementType): DataType {
  return codes.get(type)!;
}

/** The bytes of one element; undefined for texts. */
export function sizeOf(type: ElementType): number | undefined {
  if (type === 'string') return undefined;
  if (type === 'bool') return 1;
  return type === 'bfloat16' ? 2 : Number(/\d+/.exec(type)![0]) / 8;
}

/** Whether values of this type can carry a gradient. */
export function isFloat(type: ElementType | undefined): boolean {
  return type === 'float32' || type === 'float16' || type === 'float64' || type === 'bfloat16';
}

/** A size, or the name of one that is only known when the model runs; two sizes are known to be equal when they are `===`. */
export type Dim = number | string;

/** Undefined where not even the rank is known. */
export type Shape = readonly Dim[] | undefined;

/** A tensor of the graph: its name and what is known of it ahead. */
export interface Value {
  readonly name: string;
  readonly type: ElementType | undefined;
  readonly shape: Shape;
}

/** The sizes, where all of them are known ahead. */
export function staticShape(shape: Shape): readonly number[] | undefined {
  return shape?.every((dim) => typeof dim === 'number') ? (shape as readonly number[]) : undefined;
}
