import { expression } from '@understory/core';
import type { Direction } from './direction.ts';

/** The sign of each component: steepest ascent under L-infinity. Goodfellow et al. 2015, section 4. */
export const sign: Direction = { along: (gradient) => expression.sign(gradient) };
