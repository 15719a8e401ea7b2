import { environmentFailure, isDiagnosed, type HeatMap, type Target, type Tensor } from '@understory/core';
import { encodeNpy, type ImageCodec } from '@understory/imaging';
import type { ArtifactStore } from '../artifact-store.ts';
import { adversarialFolder, adversarialPicture, attackExampleFolder, fileOfAttack } from './attack-files.ts';
import { exampleStore } from '../common/kept-examples.ts';
import { exampleFile } from '../common/stored-examples.ts';
import { readAttackExampleRecords } from './attack-example-record.ts';
import { amplification, changePicture, maskPicture } from './attack-pictures.ts';
import type { AttackedItem, AttackPlan } from './attack-plan.ts';
import type { AttackExample, AttackExampleRecord, ClassMaps } from './attack-rows.ts';

export interface KeptAttacks {
  /** Of the run. */
  readonly seed: number;
  /** How many images are kept with all their pictures and maps. */
  readonly examples: number;
  /** Whether every adversarial image is kept. */
  readonly all: boolean;
  readonly explainer: { readonly name: string; readonly explain: NonNullable<AttackPlan['explain']> } | undefined;
  readonly attacks: AttackPlan['attacks'];
  readonly labels: readonly string[] | undefined;
  readonly codec: ImageCodec;
}

/**
 * Keeps adversarial images, and of the images that the seed chooses all that a figure shows: the picture, each attack's mask and change,
 * and heat maps before and after. What an earlier process of the same run kept counts.
 */
export async function attackKeeper(
  store: ArtifactStore,
  asked: KeptAttacks,
): Promise<(attacked: AttackedItem) => Promise<void>> {
  if (asked.all) await store.prepare(adversarialFolder);
  // One that cannot be read is written again when its image comes, or is told of by the report.
  const stored = await readAttackExampleRecords(store, () => undefined);
  const kept = stored.map(({ record }) => ({ item: record.item, kind: 'attacked' as const }));
  const keep = await exampleStore(store, attackExampleFolder, { most: asked.examples, seed: asked.seed, kept });
  return async (attacked) => {
    const { item } = attacked.facts;
    if (attacked.attempts.length === 0) return;
    if (asked.all) {
      for (const { row, png, array } of attacked.attempts) {
        const path = adversarialPicture(item, row.attack);
        await store.write(path, png);
        if (array !== undefined) await store.write(path.replace(/\.png$/, '.npy'), array);
      }
    }
    await keep({ item, kind: 'attacked' }, (own) => keepExample(store, own, attacked, asked));
  };
}

async function keepExample(
  store: ArtifactStore,
  folder: string,
  { facts, subject, picture, pixels, explained, attempts }: AttackedItem,
  asked: KeptAttacks,
): Promise<void> {
  const { codec } = asked;
  const write = async (name: string, bytes: Uint8Array | string) => {
    await store.write(`${folder}/${name}`, bytes);
    return name;
  };
  let layer: string | null = null;
  const keepMap = async (name: string, from: Tensor<'float32'>, target: Target | undefined) => {
    if (target === undefined) return null;
    const map = await mapOf(asked.explainer?.explain, { subject, pixels: from }, target);
    layer ??= map?.layer ?? null;
    return map === undefined ? null : write(name, encodeNpy(map.data, [map.height, map.width]));
  };
  const keepMaps = async (prefix: string, from: Tensor<'float32'>): Promise<ClassMaps> => ({
    original: await keepMap(`${prefix}original.npy`, from, explained.original),
    target: await keepMap(`${prefix}target.npy`, from, explained.target),
  });

  const maps = await keepMaps('', pixels);
  const attacks: AttackExample[] = [];
  for (const { row, mask, adversarial, look, png } of attempts) {
    const name = fileOfAttack(row.attack);
    const { budget } = asked.attacks.find(({ record }) => record.name === row.attack)!.record;
    const factor = amplification(budget, row.linf);
    const { classes, decision, probability } = look.answer;
    attacks.push({
      attack: row.attack,
      success: row.success,
      evaluations: row.evaluations,
      targetProbability: row.targetProbability,
      picture: await write(`${name}.png`, png),
      perturbation: await write(
        `${name}.change.png`,
        await codec.encodePng(changePicture(pixels, { adversarial, factor })),
      ),
      mask: await write(`${name}.mask.png`, await codec.encodePng(maskPicture(mask))),
      factor,
      predicted: classes?.decision ?? null,
      predictedLabel: classes === undefined ? decision : (asked.labels?.[classes.decision] ?? null),
      probability: (classes === undefined ? probability : classes.probabilities[classes.decision]) ?? null,
      maps: await keepMaps(`${name}.`, adversarial),
    });
  }
  const record: AttackExampleRecord = {
    ...{ item: facts.item, label: facts.label, target: facts.target, targetLabel: facts.targetLabel },
    ...{ original: facts.original, originalLabel: facts.originalLabel },
    originalProbability: facts.originalProbability,
    picture: await write('picture.png', await codec.encodePng(picture)),
    ...{ explainer: asked.explainer?.name ?? null, layer, maps, attacks },
  };
  // Last, so that a record names files that are there.
  await write(exampleFile, `${JSON.stringify(record, null, 2)}\n`);
}

/** Undefined where there is no explainer, and where it has no map of this. */
async function mapOf(
  explain: AttackPlan['explain'],
  { subject, pixels }: Pick<AttackedItem, 'subject' | 'pixels'>,
  target: Target,
): Promise<HeatMap | undefined> {
  try {
    const map = await explain?.(pixels, target, subject);
    return map?.data.every(Number.isFinite) ? map : undefined;
  } catch (error) {
    if (isDiagnosed(error) && environmentFailure(error) === undefined) return undefined;
    throw error;
  }
}
