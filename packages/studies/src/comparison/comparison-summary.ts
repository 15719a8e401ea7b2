import type { ComparisonSpec } from '../spec/study-spec.ts';
import type { MissingMap } from './comparison-rows.ts';
import type { Measure } from './measures.ts';
import type { Tested } from './tested.ts';

type Interval = readonly [low: number, high: number];

/** What a comparison found; null stands for what cannot be told. */
export interface ComparisonSummary {
  readonly images: number;
  /** Of images with the same decision. */
  readonly agreement: {
    readonly count: number;
    readonly n: number;
    readonly share: number | null;
    /** 95 %, Wilson. */
    readonly interval: Interval | null;
  };
  /** Whether the two look at the same places, by explainer. */
  readonly maps: readonly MapAgreement[];
  /** Explainers that have no map in a network, with the reason and on how many images. */
  readonly missing: readonly (MissingMap & { readonly count: number })[];
  /** Every other number, in the order of the rows. */
  readonly measures: readonly MeasureComparison[];
  /** How blind each network is to where things are, by a probe that scores it over all images; null without one. */
  readonly blindness: BlindnessComparison | null;
  /** What of the adversarial images of each network fools the other too, by mask: those of the first, then those of the second. */
  readonly transfers: readonly TransferRate[];
  readonly tolerances: readonly ToleranceResult[];
}

/** The scores of both networks; the difference is second minus first. */
export interface BlindnessComparison {
  readonly title: string;
  readonly condition: string;
  readonly first: Estimate;
  readonly second: Estimate;
  readonly difference: number | null;
  /** 95 %, of the intervals of both scores as if they were independent (Zou and Donner 2008), which is wider than a paired one. */
  readonly interval: Interval | null;
}

/** Of adversarial images that fool the network that they were made for. */
export interface TransferRate {
  readonly from: 'first' | 'second';
  readonly mask: string;
  /** Images of which the other network says something that could be lost. */
  readonly n: number;
  readonly fooled: number;
  readonly share: number | null;
  /** 95 %, Wilson. */
  readonly interval: Interval | null;
}

/** The maps of the two networks held against each other, and against the other network's map of other images. */
export interface MapAgreement {
  readonly explainer: string;
  /** Images of which both have a map that is not flat. */
  readonly n: number;
  readonly correlation: AgainstControl;
  readonly overlap: AgainstControl;
}

export interface AgainstControl extends Tested {
  readonly same: Estimate;
  /** Over pairs of different images: what both maps have in common whatever the image. */
  readonly control: Estimate;
}

export interface MeasureComparison extends Omit<Measure, 'first' | 'second'>, Tested {
  /** Images that both have a value for; the numbers are of these. */
  readonly n: number;
  /** Images that only one of the two has a value for. */
  readonly excluded: number;
  readonly first: Estimate;
  readonly second: Estimate;
}

export interface Estimate {
  readonly n: number;
  readonly mean: number | null;
  /** 95 %. */
  readonly interval: Interval | null;
}

/** What became of a declared limit. */
export interface ToleranceResult {
  readonly name: keyof ComparisonSpec['tolerances'];
  /** What was measured, in words. */
  readonly of: string;
  readonly limit: number;
  /** Null where nothing was measured. */
  readonly value: number | null;
  /** 95 %; null where it is not known. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Whether the value lies beyond the limit; null where there is none. */
  readonly isExceeded: boolean | null;
  /** Whether all of the interval lies on the value's side of the limit. */
  readonly isCertain: boolean;
}
