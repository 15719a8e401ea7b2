import type { Outcome } from './explain-images.ts';
import type { ImageRecord } from './explanation-record.ts';

/** An image with its maps, when all of them are made. */
export interface ShownImage extends Pick<Extract<Outcome, { kind: 'image' }>, 'picture' | 'maps'> {
  readonly record: ImageRecord;
}
