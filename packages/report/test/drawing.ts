import { nodeStore } from '@understory/experiments/node';
import { sharpCodec } from '@understory/imaging/sharp';

/** How the tests read and write pictures. */
export const codec = sharpCodec;

/** A run's files and its name, as a report is given them. */
export const stored = (folder: string) => ({ store: nodeStore(folder), name: folder });
