import { extremePixels } from './extreme-pixels.ts';

/** The coldest pixels of the heat map of an image of the target class; section 4.3 of the paper. */
export const targetBottom = extremePixels('target-bottom', 'target', 'bottom');
