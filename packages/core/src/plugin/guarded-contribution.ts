import type { ContributionKind } from './tokens.ts';

/** A contribution and the package that it comes from, as messages name them. */
export interface GuardedContribution {
  readonly plugin: string;
  readonly kind: ContributionKind;
  readonly id: string;
}
