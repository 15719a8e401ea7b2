import { stored } from './drawing.ts';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeNpy, rgbImage } from '@understory/imaging';
import { encodePng } from '@understory/imaging/sharp';
import type { AttackRun } from '../src/index.ts';
import type { AttackExampleRecord, AttackRecord, AttackRow, RunAttack } from '@understory/studies';
import { exampleFile, attackExampleFolder, fileOfAttack, folderOfItem } from '@understory/studies/results';
import { record } from './support.ts';

const steps = 50;

/** How likely each mask of the fixture is to succeed, and how soon. */
const strengths: Readonly<Record<string, number>> = {
  all: 1.6,
  'origin-top': 0.42,
  'origin-bottom': 0.8,
  'target-top': 0.45,
  'target-bottom': 0.75,
  uniform: 0.85,
  random: 0.83,
};

export function runAttack(
  mask: string,
  { epsilon = 12 / 255, fraction = 0.1, name = mask }: { epsilon?: number; fraction?: number; name?: string } = {},
): RunAttack {
  return {
    ...{ name, attack: 'pgd', title: 'Projected gradient descent', preset: 'paper' },
    options: { epsilon, steps, stop: 'probability', threshold: 0.7 },
    budget: { norm: 'linf', epsilon },
    mask: {
      ...{ id: mask, title: `Mask ${mask}`, fraction: mask === 'all' ? null : fraction },
      options: mask === 'all' ? {} : { fraction },
    },
  };
}

export const tableOne: readonly RunAttack[] = Object.keys(strengths).map((mask) => runAttack(mask));

/** Two masks at three fractions and three sizes of epsilon. */
export const sweep: readonly RunAttack[] = ['origin-top', 'uniform'].flatMap((mask) =>
  [0.05, 0.1, 0.2].flatMap((fraction) =>
    [4, 8, 12].map((level) =>
      runAttack(mask, {
        ...{ fraction, epsilon: level / 255 },
        name: `${mask}:fraction=${fraction} epsilon=${level}/255`,
      }),
    ),
  ),
);

export function attackRecord(
  attacks: readonly RunAttack[] = tableOne,
  over: Partial<AttackRecord['parameters']> = {},
): AttackRecord {
  return {
    ...record(),
    parameters: {
      ...{ kind: 'attack', dataset: { name: 'pets & <friends>', spec: 'oxford-pets:pets', limit: 60 }, attacks },
      ...{
        goal: 'targeted',
        target: { index: 42, label: '<agama>' },
        transfer: { name: 'other', sha256: 'cd'.repeat(32) },
        explainer: { name: 'gradcam', options: {} },
        layer: 'auto',
      },
      onlyCorrect: false,
      ...over,
    },
  };
}

export function attackRow(over: Partial<AttackRow> = {}): AttackRow {
  return {
    ...{ item: 'test/0', label: 'cat', original: 3, originalLabel: 'cat', originalProbability: 0.9, correct: true },
    ...{ target: 42, targetLabel: '<agama>', attack: 'all', maskPixels: 64, success: true, reason: null },
    ...{ evaluations: 5, updates: 4, targetProbability: 0.8, finalOriginalProbability: 0.05 },
    ...{
      linf: 12 / 255,
      l2: 0.6,
      l0: 60,
      ssim: 0.97,
      savedSuccess: true,
      savedTargetProbability: 0.79,
      savedRounding: 'nearest',
    },
    trajectory: null,
    checks: { withinEpsilon: true, withinPixels: true, zeroOutsideMask: true, savedWithinEpsilon: true },
    ...{ warnings: [], transfer: null },
    ...over,
  };
}

/** Sixty images under every attack, each more or less easy to fool. */
export function attackRows(attacks: readonly RunAttack[] = tableOne, images = 60): AttackRow[] {
  return Array.from({ length: images }, (_, at) => at).flatMap((at) =>
    attacks.map(({ name, mask, budget }) => {
      const ease = ((at * 37) % images) / images;
      const area = mask.fraction === null ? 1 : Math.sqrt(mask.fraction / 0.1);
      const force = strengths[mask.id]! * area * Math.sqrt(budget.epsilon / (12 / 255));
      const success = force > ease;
      const evaluations = success ? Math.max(2, Math.min(steps, Math.round((steps * ease) / force))) : steps;
      const progress = Array.from({ length: evaluations }, (_, t) => (t + 1) / evaluations);
      const reached = success ? 0.75 : 0.5 * (force / Math.max(ease, 0.1));
      return attackRow({
        ...{ item: `test/${at}`, correct: at % 6 !== 0, attack: name, success, evaluations, updates: evaluations - 1 },
        ...{ maskPixels: Math.round(1024 * (mask.fraction ?? 1)), l2: 2 * force, ssim: 1 - 0.05 * force },
        savedSuccess: success ? at % 15 !== 0 : null,
        trajectory: {
          probability: progress.map((share) => reached * share ** 3),
          originalProbability: progress.map((share) => 0.9 * (1 - 0.9 * share ** 2)),
          ...{ logit: progress, originalLogit: progress },
        },
        transfer: { success: at % 4 === 0, targetProbability: 0.2, predicted: 7 },
        warnings: at === 7 ? ['the gradient was zero at 3 of 50 evaluations'] : [],
      });
    }),
  );
}

/** A temporary run folder of attacks with an example; the change through `uniform` is not there. */
export async function attackRun(
  attacks: readonly RunAttack[] = tableOne,
): Promise<{ run: AttackRun; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'understory-attack-'));
  const item = 'images/a cat.jpg';
  const own = join(folder, attackExampleFolder, folderOfItem(item));
  await mkdir(own, { recursive: true });
  const picture = async (name: string, pace: number) => {
    const pixels = Uint8Array.from({ length: 768 }, (_, at) => (at * pace) % 256);
    await writeFile(join(own, name), await encodePng(rgbImage(pixels, 16, 16)));
    return name;
  };
  const map = async (name: string) => {
    await writeFile(join(own, name), encodeNpy(Float32Array.of(0, 1, 2, 3), [2, 2]));
    return name;
  };
  const example: AttackExampleRecord = {
    ...{ item, label: 'cat', original: 3, originalLabel: '"cat" & co', originalProbability: 0.9 },
    ...{ target: 42, targetLabel: '<agama>', picture: await picture('picture.png', 1) },
    ...{ explainer: 'gradcam', layer: 'features' },
    maps: { original: await map('original.npy'), target: await map('target.npy') },
    attacks: await Promise.all(
      attacks.map(async ({ name: attack, mask }) => {
        const name = fileOfAttack(attack);
        return {
          ...{ attack, success: mask.id !== 'origin-top', evaluations: 12, targetProbability: 0.7 },
          picture: await picture(`${name}.png`, 2),
          perturbation: mask.id === 'uniform' ? `${name}.change.png` : await picture(`${name}.change.png`, 5),
          mask: await picture(`${name}.mask.png`, 85),
          ...{ factor: 10, predicted: 42, predictedLabel: '<agama>', probability: 0.71 },
          maps: { original: await map(`${name}.original.npy`), target: null },
        };
      }),
    ),
  };
  await writeFile(join(own, exampleFile), JSON.stringify(example));
  const run: AttackRun = {
    ...{ ...stored(folder), record: attackRecord(attacks), rows: attackRows(attacks), failed: [], isComplete: true },
  };
  return { run, remove: () => rm(folder, { recursive: true, force: true }) };
}
