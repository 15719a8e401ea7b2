import type { Prediction } from '../class-scores.ts';
import type { PixelSubject } from '../pixel-subject.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Cancellation } from './cancellation.ts';
import type { Answer, Target } from './subject.ts';

/** What an attack is after, one class or one target a sample. */
export type AttackGoal =
  /** The attack succeeds when the model predicts this class. */
  | { readonly kind: 'targeted'; readonly classes: readonly number[] }
  /** The attack succeeds when the model predicts any other class. */
  | { readonly kind: 'untargeted'; readonly classes: readonly number[] }
  /**
   * Numbers to raise, of any subject: a box's score, a region's, a similarity; what is to fall is a target with a minus. All are of one
   * form. The attack succeeds when `isReached` says so of what the model says of a sample and of its number.
   */
  | {
      readonly kind: 'raise';
      readonly targets: readonly Target[];
      readonly isReached: (answer: Answer, value: number, sample: number) => boolean;
    };

/** The goal of one sample in classes. */
export interface ClassGoal {
  readonly kind: 'targeted' | 'untargeted';
  readonly class: number;
}

export interface AttackRequest {
  readonly subject: PixelSubject;
  /** `[N, C, H, W]` in 0..1. */
  readonly pixels: Tensor<'float32'>;
  readonly goal: AttackGoal;
  /** `[H, W]` weights in 0..1, one a sample: 0 where a pixel stays, less than 1 where it moves less; absent means every pixel. */
  readonly masks?: readonly Tensor<'float32'>[];
  /** One a sample, so that neither order nor batch matters. */
  readonly seeds: readonly number[];
  readonly signal?: Cancellation;
  /** Told after each evaluation of the model how many samples are finished. */
  readonly progress?: (finished: number, total: number) => void;
}

/** What the model said of one sample as the attack went on, one entry an evaluation. */
export interface Trajectory {
  /** Of the goal's class; empty where the goal is none. */
  readonly probability: readonly number[];
  /** Of the goal's class, or the number that is raised. */
  readonly logit: readonly number[];
  /** Of the class that the model said of the untouched sample; empty where the goal is no class. */
  readonly originalProbability: readonly number[];
  readonly originalLogit: readonly number[];
}

export interface AttackedSample {
  /** Whether the model was seen to say of the adversarial pixels what the goal asks; false too where they were not looked at. */
  readonly success: boolean;
  /** How many times the model was evaluated until success was seen, or until the attack gave up. */
  readonly evaluations: number;
  /** How many times the pixels were changed. */
  readonly updates: number;
  readonly trajectory: Trajectory;
  /** What a reader should know, such as gradients that vanish. */
  readonly warnings: readonly string[];
}

export interface AttackResult {
  /** `[N, C, H, W]` in 0..1. */
  readonly adversarial: Tensor<'float32'>;
  /** In the order of the batch. */
  readonly samples: readonly AttackedSample[];
}

/** How far an attack may move the pixels of one sample. */
export interface AttackBudget {
  readonly norm: 'linf' | 'l2' | 'l1';
  /** In units of pixels in 0..1. */
  readonly epsilon: number;
}

/** Changes pixels, within a budget and a mask, until the model predicts another class. */
export interface Attack {
  readonly budget: AttackBudget;
  /**
   * Whether a prediction is what the attack is after, for the goal of one sample; where absent it is the best class alone that
   * decides. Asked of pictures that were saved and read back, and of what another model says.
   */
  isReached?(prediction: Prediction, goal: ClassGoal): boolean;
  /** Throws CAPABILITY_MISSING where the model cannot be attacked this way, MASK_INVALID and PIXELS_INVALID. */
  perturb(request: AttackRequest): Promise<AttackResult>;
}
