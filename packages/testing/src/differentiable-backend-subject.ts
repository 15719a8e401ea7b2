import type { BackendSubject } from './backend-contract.ts';

/** A backend that computes gradients, and what it opens. */
export interface DifferentiableBackendSubject extends BackendSubject {
  /** The input, of type float32, with respect to which gradients are taken. */
  readonly input: string;
  /** A layer through which everything goes on its way from `input` to `logits`. */
  readonly layer: string;
  /** An output or layer `[N, classes]` with two classes or more. */
  readonly logits: string;
  /** How far finite differences move the input, as a length; 0.005 by default. */
  readonly step?: number;
  /** Largest relative difference of finite differences; 0.02 by default. */
  readonly differenceTolerance?: number;
  /** False where the models compile no programs: those cases are marked as skipped. */
  readonly programs?: boolean;
}
