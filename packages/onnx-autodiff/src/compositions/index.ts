import type { Composition } from './composition.ts';
import { gelu } from './gelu.ts';
import { swish } from './swish.ts';

export type { Composed, Composition, GraphReader } from './composition.ts';

/** Functions that exporters take apart, whose gradient takes fewer passes as a whole. */
export const compositions: readonly Composition[] = [swish, gelu];
