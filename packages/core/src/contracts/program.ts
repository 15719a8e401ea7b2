import type { Tensors } from '../tensor/tensor.ts';
import type { Expression } from './expression.ts';
import type { TensorSpec } from '../tensor/tensor-spec.ts';

/**
 * A computation around one forward and one backward pass, as data: what a step of an attack does, from pixels to changed pixels,
 * so that a backend runs all of it at once.
 */
export interface Program {
  /** What is fed on each run; the first dimension of each is the batch. */
  readonly inputs: readonly TensorSpec[];
  /** What each input of the model is, made of the program's inputs and constants. */
  readonly feeds: Readonly<Record<string, Expression>>;
  /** The number that is differentiated, one a sample: `[N]` or `[N, 1]`, made of the model's tensors and the program's inputs. */
  readonly objective?: Expression;
  /** What is handed back; gradients may appear here and nowhere else. */
  readonly outputs: Readonly<Record<string, Expression>>;
}

/** A program made ready to run. */
export interface CompiledProgram {
  /**
   * The program's outputs for these inputs, for any batch size; throws FEEDS_INVALID where inputs do not fit.
   * Samples do not mix.
   */
  run(inputs: Tensors): Promise<Tensors>;
  close(): Promise<void>;
}
