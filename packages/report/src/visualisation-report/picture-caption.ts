import type { VisualisationRow } from '@understory/studies';
import { number, pictureName } from '@understory/studies/results';

/** What is said of one picture below it. */
export function pictureCaption(row: VisualisationRow): string {
  return `${pictureName(row)}: ${number(row.value)}; best photograph ${number(row.photograph.value)}`;
}
