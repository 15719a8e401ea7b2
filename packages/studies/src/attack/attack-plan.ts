import type { HeatMap, PixelSubject, Target, Tensor } from '@understory/core';
import type { LabelIndex } from '../environment.ts';
import type { ImageCodec, Preprocessing, RgbImage } from '@understory/imaging';
import type { Look, NumberAim } from './attack-goal.ts';
import type { AttackRow, AttackSetting } from './attack-rows.ts';
import type { NamedAttack } from './choose-attacks.ts';
import type { ExplainPixels } from './explain-pixels.ts';
import type { Steps } from '../common/steps.ts';
import type { Transfer } from './transfer.ts';

export interface AttackPlan {
  readonly subject: PixelSubject;
  readonly preprocessing: Preprocessing;
  readonly attacks: readonly NamedAttack[];
  readonly labels: LabelIndex;
  /** The target class; undefined where the attack only leaves what the network says, or is of a target in words. */
  readonly target: number | undefined;
  /** A target in words, instead of a class. */
  readonly numbers: NumberAim | undefined;
  /** Of the run's record. */
  readonly setting: AttackSetting;
  /** Undefined where nothing is drawn from heat maps. */
  readonly explain: ExplainPixels | undefined;
  /** Of the reference image of the target class. */
  readonly targetMap: HeatMap | undefined;
  readonly transfer: Transfer | undefined;
  readonly onlyCorrect: boolean;
  readonly seed: number;
  /** How many pairs of an image and a mask run together, at most. */
  readonly batch: number;
  readonly signal: AbortSignal;
  readonly codec: ImageCodec;
  /** How far attacks are. */
  readonly steps?: Steps;
  /** Told of each image with what became of it, before its rows are handed over. */
  readonly keep?: (attacked: AttackedItem) => Promise<void>;
}

/** An image with every attack on it that was made. */
export interface AttackedItem {
  readonly facts: AttackFacts;
  /** For pictures of its size and padding. */
  readonly subject: PixelSubject;
  /** What the network saw. */
  readonly picture: RgbImage;
  readonly pixels: Tensor<'float32'>;
  readonly explained: ExplainedTargets;
  readonly attempts: readonly Attempt[];
}

/** What heat maps of an image are drawn for; undefined where there is nothing to draw one for. */
export interface ExplainedTargets {
  /** Of what the network says of the untouched image. */
  readonly original: Target | undefined;
  /** Of what the attack is after, where that is something else. */
  readonly target: Target | undefined;
}

/** An attack that was made. */
export interface Attempt {
  readonly row: AttackRow;
  readonly mask: Tensor<'float32'>;
  /** `[1, C, H, W]`. */
  readonly adversarial: Tensor<'float32'>;
  /** Of the adversarial image, before it is rounded. */
  readonly look: Look;
  /** The PNG of the adversarial image. */
  readonly png: Uint8Array;
  /** The `.npy` file of an image of more channels than a PNG file holds. */
  readonly array?: Uint8Array;
}

export type AttackFacts = Pick<
  AttackRow,
  'item' | 'label' | 'original' | 'originalLabel' | 'originalProbability' | 'correct' | 'target' | 'targetLabel'
>;
