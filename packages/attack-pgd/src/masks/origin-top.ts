import { extremePixels } from './extreme-pixels.ts';

/** The hottest pixels of the heat map of the attacked image; section 4.3 of the paper. */
export const originTop = extremePixels('origin-top', 'origin', 'top');
