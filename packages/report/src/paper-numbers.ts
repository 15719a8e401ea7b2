import { randomOrder } from './evaluation.ts';

/** Areas under the deletion curve that the paper reports in section 5.2, on the first 100 images and its own network. */
export const paperAreas: Readonly<Record<string, number>> = { cam: 0.19, gradcam: 0.191, [randomOrder]: 0.314 };

/** Whether the paper's numbers may stand beside those of a metric. */
export function isThePapers({ id, preset }: { readonly id: string; readonly preset: string | null }): boolean {
  return id === 'deletion' && preset === 'paper';
}
