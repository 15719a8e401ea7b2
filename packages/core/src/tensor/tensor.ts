/** The element types that cross a contract; float16 travels as its raw bits in a `Uint16Array`, bool as 0/1 bytes. */
export interface ElementArrays {
  float32: Float32Array;
  float64: Float64Array;
  float16: Uint16Array;
  int64: BigInt64Array;
  int32: Int32Array;
  int16: Int16Array;
  int8: Int8Array;
  uint64: BigUint64Array;
  uint32: Uint32Array;
  uint16: Uint16Array;
  uint8: Uint8Array;
  bool: Uint8Array;
}

export type ElementType = keyof ElementArrays;

/** A dense tensor in row-major order: `data.length` is the product of `dims`. */
export interface Tensor<T extends ElementType = ElementType> {
  readonly type: T;
  readonly dims: readonly number[];
  readonly data: ElementArrays[T];
}

export type Tensors = Readonly<Record<string, Tensor>>;

/** The number of elements of a tensor with these dimensions; 1 for a scalar. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((count, dim) => count * dim, 1);
}

/** A float32 tensor over `data`, which is not copied. */
export function float32(data: Float32Array, dims: readonly number[]): Tensor<'float32'> {
  return tensor('float32', data, dims);
}

/** A tensor over `data`, which is not copied; throws a RangeError where length and dimensions disagree. */
export function tensor<T extends ElementType>(type: T, data: ElementArrays[T], dims: readonly number[]): Tensor<T> {
  if (data.length !== elementCount(dims)) {
    throw new RangeError(`${data.length} elements do not fill a tensor of ${dims.join(' x ') || 'no dimensions'}`);
  }
  return { type, dims, data };
}
