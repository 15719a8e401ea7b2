import { extremePixels } from './extreme-pixels.ts';

/** The coldest pixels of the heat map of the attacked image; section 4.3 of the paper. */
export const originBottom = extremePixels('origin-bottom', 'origin', 'bottom');
