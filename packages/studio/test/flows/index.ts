import type { Flow } from './flow.ts';
import { files } from './files.ts';
import { looking } from './looking.ts';
import { measuring } from './measuring.ts';
import { runs } from './runs.ts';
import { targets } from './targets.ts';

export type { Flow } from './flow.ts';
export { openPlaces, type OpenPlaces } from './open-places.ts';
export type { Mode, Visit } from './visit.ts';

/** What a person does on the page, in the order in which it is gone through. */
export const flows: readonly Flow[] = [...looking, ...measuring, ...targets, ...files, ...runs];
