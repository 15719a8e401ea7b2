import type { Start } from './start.ts';

/** At the untouched pixels. */
export const untouched: Start = (origin) => origin;
