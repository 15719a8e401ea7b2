import type { Constant } from '../tensor.ts';
import type { Node } from '../node.ts';
import type { Dim, ElementType, Shape, Value } from '../types.ts';
import type { Unknowns } from './dims.ts';
import type { Body, Fed, Inside } from './inside.ts';
import type { Known } from './known.ts';

/** What a shape rule sees of one node and where it puts what it finds out. */
export interface ShapeContext {
  readonly node: Node;
  readonly unknowns: Unknowns;
  /** What is known of an input; undefined where the input is omitted. */
  input(index: number): Value | undefined;
  /** The input's elements, where they are known ahead. */
  known(index: number): Known | undefined;
  /** The numbers of a small constant input; undefined where it is omitted, computed or holds a symbol. */
  numbers(index: number): readonly number[] | undefined;
  constant(index: number): Constant | undefined;
  /** What the nodes of a body compute where its inputs are fed with these; undefined where bodies lie too deep in each other. */
  inside(body: Body, fed: readonly (Fed | undefined)[]): Inside | undefined;
  set(output: number, type: ElementType | undefined, shape: Shape, known?: readonly Dim[]): void;
}

/** Finds the types and shapes of a node's outputs; what it does not set stays unknown. */
export type ShapeRule = (context: ShapeContext) => void;

export type ShapeRules = Readonly<Record<string, ShapeRule>>;
