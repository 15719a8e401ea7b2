import type { Index } from '@understory/core';
import { axesOf, orders, type Order } from './maps.ts';

/** Where the scores of pixels lie in one sample of a tensor. */
export class PixelPlaces {
  /** Of the tensor, without the batch. */
  readonly dims: readonly number[];
  readonly height: number;
  readonly width: number;
  /** Of one score a pixel 2: 0 is the background, whose score is the negative. */
  readonly classes: number;
  readonly isMask: boolean;
  readonly #axes: ReturnType<typeof axesOf>;
  readonly #steps: readonly [of: number, down: number, across: number];

  /** `dims` are the tensor's without the batch. */
  constructor(dims: readonly number[], order: Order) {
    this.dims = dims;
    const axes = axesOf(order, [0, ...dims]);
    const { classes, rows, columns } = axes;
    const stepOf = (axis: number) => dims.slice(axis).reduce((product, dim) => product * dim, 1);
    this.isMask = order === orders.mask;
    this.height = dims[rows - 1]!;
    this.width = dims[columns - 1]!;
    this.classes = classes === undefined ? 2 : dims[classes - 1]!;
    this.#axes = axes;
    this.#steps = [classes === undefined ? 0 : stepOf(classes), stepOf(rows), stepOf(columns)];
  }

  /** The place of a score without the batch. */
  index(of: number, row: number, column: number): Index {
    const { classes, rows, columns } = this.#axes;
    const places = new Map([
      [rows, row],
      [columns, column],
    ]);
    if (classes !== undefined) places.set(classes, of);
    return this.dims.map((_, at) => places.get(at + 1) ?? 0);
  }

  /** Class and pixel of a place; of one score a pixel the class is 1. */
  positionOf(index: Index): { readonly of: number; readonly row: number; readonly column: number } {
    const { classes, rows, columns } = this.#axes;
    return { of: classes === undefined ? 1 : index[classes - 1]!, row: index[rows - 1]!, column: index[columns - 1]! };
  }

  /** The same among the numbers of the sample. */
  offset(of: number, row: number, column: number): number {
    const [classes, down, across] = this.#steps;
    return of * classes + row * down + column * across;
  }
}
