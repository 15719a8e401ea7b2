import type { AttackSetting, RunAttack } from '../attack/attack-rows.ts';
import { randomOrder, type EvaluatedMetric, type EvaluationParameters } from '../evaluation/evaluation-rows.ts';

/** Areas by the name of the explainer, which has no settings in it where they are the explainer's own. */
export type PaperAreas = Readonly<Record<string, number>>;

const areas: PaperAreas = { cam: 0.19, gradcam: 0.191, [randomOrder]: 0.314 };

/**
 * The areas under the deletion curve that the paper reports in section 5.2, on the first 100 images and its own network.
 * Null where a setting of the metric, the class or the layer explained is not the paper's.
 */
export function paperAreasFor(
  { id, preset }: EvaluatedMetric,
  { target, layer }: EvaluationParameters,
): PaperAreas | null {
  return id === 'deletion' && preset === 'paper' && target === 'predicted' && layer === 'auto' ? areas : null;
}

/** What the paper's Table 1 says of a mask. */
export interface PaperAttack {
  /** Of the first 100 images. */
  readonly success: number;
  /** Evaluations until success, over the successes. */
  readonly steps: number;
}

const paperMasks: Readonly<Record<string, PaperAttack>> = {
  all: { success: 1, steps: 8.5 },
  'origin-top': { success: 0.52, steps: 33.2 },
  'origin-bottom': { success: 0.75, steps: 28.1 },
  'target-top': { success: 0.47, steps: 36 },
  'target-bottom': { success: 0.7, steps: 26.2 },
  uniform: { success: 0.73, steps: 21.1 },
};

/**
 * The row of Table 1 that may stand beside an attack: that of its mask, where it is the paper's attack towards a target, on as many
 * pixels, and through maps of Grad-CAM where the mask is drawn from one.
 */
export function paperAttack(
  { attack, preset, mask }: Pick<RunAttack, 'attack' | 'preset' | 'mask'>,
  { goal, explainer, layer }: AttackSetting,
): PaperAttack | null {
  if (attack !== 'pgd' || preset !== 'paper' || goal !== 'targeted') return null;
  if (mask.fraction !== null && mask.fraction !== 0.1) return null;
  const isDrawn = /^(origin|target)-/.test(mask.id);
  if (isDrawn && (explainer?.name !== 'gradcam' || layer !== 'auto')) return null;
  return Object.hasOwn(paperMasks, mask.id) ? paperMasks[mask.id]! : null;
}
