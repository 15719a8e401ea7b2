import { extremePixels } from './extreme-pixels.ts';

/** The hottest pixels of the heat map of an image of the target class; section 4.3 of the paper. */
export const targetTop = extremePixels('target-top', 'target', 'top');
