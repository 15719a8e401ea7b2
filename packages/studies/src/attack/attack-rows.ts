import type { AttackBudget, Options, Trajectory } from '@understory/core';
import type { EvaluationRecord } from '../evaluation/evaluation-rows.ts';

/** One attack on one image through one mask, as a run folder keeps it. */
export interface AttackRow {
  readonly item: string;
  /** What the data set says; null where it says nothing. */
  readonly label: string | null;
  /** The class that the network says of the untouched image; null of a network that is no classifier. */
  readonly original: number | null;
  /** Null where a classifier has no labels; of other networks what they say, in words. */
  readonly originalLabel: string | null;
  readonly originalProbability: number | null;
  /** Null where there is no label, or none that the model knows. */
  readonly correct: boolean | null;
  /** The class that the attack wants, or wants to leave; null where it is no class. */
  readonly target: number | null;
  /** Of a target in words these words, with a minus where its number is lowered. */
  readonly targetLabel: string | null;
  /** The number of a target in words, without its minus; absent where the attack is of a class. */
  readonly value?: {
    readonly original: number;
    readonly adversarial: number;
    readonly saved: number | null;
  };
  /** A name of the run's `attacks`: settings with their mask. */
  readonly attack: string;
  /** How many pixels the mask lets through. */
  readonly maskPixels: number;
  /** Null where the attack was not made, as where the network says the target anyway; `reason` says why. */
  readonly success: boolean | null;
  readonly reason: string | null;
  /** Evaluations of the network until success was seen or the attack gave up. */
  readonly evaluations: number;
  readonly updates: number;
  /** Of the adversarial image, before it is rounded to 8 bits. */
  readonly targetProbability: number | null;
  readonly finalOriginalProbability: number | null;
  readonly linf: number;
  readonly l2: number;
  /** Pixels that changed at all. */
  readonly l0: number;
  readonly ssim: number;
  /** Whether it still succeeds after being saved with 8 bits a channel and read back, and with what probability of the target. */
  readonly savedSuccess: boolean | null;
  readonly savedTargetProbability: number | null;
  /** How values went to levels: further from the original where the nearest lost the success, and that kept it. */
  readonly savedRounding: 'nearest' | 'outward' | null;
  readonly trajectory: Trajectory | null;
  /** Each holds for an adversarial image that keeps to the rules. */
  readonly checks: {
    readonly withinEpsilon: boolean;
    readonly withinPixels: boolean;
    readonly zeroOutsideMask: boolean;
    /** The same of the picture with 8 bits a channel. */
    readonly savedWithinEpsilon: boolean;
  } | null;
  readonly warnings: readonly string[];
  /** What another network says of the saved picture; null where there is none, and where it said so of the untouched image already. */
  readonly transfer: {
    readonly success: boolean;
    readonly targetProbability: number;
    readonly predicted: number;
  } | null;
}

/** Settings of an attack with its mask, as they were asked for. */
export interface RunAttack {
  /** As in the rows. */
  readonly name: string;
  /** The id of the attack. */
  readonly attack: string;
  readonly title: string;
  /** Null where a setting was given that the preset has otherwise. */
  readonly preset: string | null;
  /** Every option with its value. */
  readonly options: Options;
  readonly budget: AttackBudget;
  readonly mask: {
    readonly id: string;
    readonly title: string;
    readonly options: Options;
    /** Of the image, where the mask has one. */
    readonly fraction: number | null;
  };
}

/** What a run folder says of an attack run. */
export interface AttackRecord extends Omit<EvaluationRecord, 'parameters'> {
  readonly parameters: {
    readonly kind: 'attack';
    readonly dataset: { readonly name: string } & Readonly<Record<string, unknown>>;
    /** In the order of tables and figures. */
    readonly attacks: readonly RunAttack[];
    /** `raise` where a target in words is raised, or lowered. */
    readonly goal: 'targeted' | 'untargeted' | 'raise';
    /** Null without one; of a target in words the label is these words, and the index null. */
    readonly target: { readonly index: number | null; readonly label: string | null } | null;
    /** What the number of the target has to pass, where one was given. */
    readonly threshold?: number;
    /** Whose maps masks are drawn from; null where none is. */
    readonly explainer: { readonly name: string; readonly options: Options } | null;
    /** As it was asked for; null where no mask is drawn from a map. */
    readonly layer: string | null;
    /** The network that adversarial images are shown to as well. */
    readonly transfer: { readonly name: string; readonly sha256: string } | null;
    readonly [other: string]: unknown;
  };
}

/** What all attacks of a run have in common, besides the images. */
export type AttackSetting = Pick<AttackRecord['parameters'], 'goal' | 'explainer' | 'layer'>;

/** NumPy files of raw maps; null where the explainer had none. */
export interface ClassMaps {
  /** For the class that the network says of the untouched image, or the best of what it says. */
  readonly original: string | null;
  /** For the target; null without one. */
  readonly target: string | null;
}

/** An attacked image whose pictures are kept for figures; files are named from the record's folder. */
export interface AttackExampleRecord extends Pick<
  AttackRow,
  'item' | 'label' | 'original' | 'originalLabel' | 'originalProbability' | 'target' | 'targetLabel'
> {
  /** A PNG of what the network saw. */
  readonly picture: string;
  readonly explainer: string | null;
  readonly layer: string | null;
  /** Of the untouched image. */
  readonly maps: ClassMaps;
  readonly attacks: readonly AttackExample[];
}

export interface AttackExample extends Pick<AttackRow, 'attack' | 'success' | 'evaluations' | 'targetProbability'> {
  /** PNGs of the adversarial image, of the change times `factor` about a middle grey, and of the mask in white. */
  readonly picture: string;
  readonly perturbation: string;
  readonly mask: string;
  readonly factor: number;
  /** What the network says of it in the end. */
  readonly predicted: number | null;
  readonly predictedLabel: string | null;
  readonly probability: number | null;
  readonly maps: ClassMaps;
}
