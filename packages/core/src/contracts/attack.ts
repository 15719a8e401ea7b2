import type { Cancellation } from './cancellation.ts';
import type { Model } from './model.ts';
import type { Objective } from './objective.ts';
import type { Tensor } from '../tensor/tensor.ts';

export interface AttackRequest {
  readonly model: Model;
  /** Pixels `[N, 3, H, W]` in 0..1; the normalisation belongs to the model. */
  readonly pixels: Tensor<'float32'>;
  /** The number that the attack lowers. */
  readonly objective: Objective;
  /** `[H, W]` weights in 0..1, one a sample or one for all; absent means every pixel. */
  readonly masks?: readonly Tensor<'float32'>[];
  readonly seed: number;
  readonly signal?: Cancellation;
}

export interface AttackResult {
  /** Pixels `[N, 3, H, W]` in 0..1. */
  readonly adversarial: Tensor<'float32'>;
  readonly samples: readonly { readonly success: boolean; readonly steps: number }[];
}

/** Changes pixels, within a budget and a mask, until the model says something else. */
export interface Attack {
  perturb(request: AttackRequest): Promise<AttackResult>;
}
