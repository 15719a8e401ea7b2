import {
  errors,
  largestOf,
  resolveTarget,
  seededRandom,
  type Attack,
  type Contribution,
  type PixelSubject,
  type Selection,
  type Subject,
  type Target,
  type UnderstoryError,
} from '@understory/core';

import { classLabels } from '../common/class-labels.ts';
import { inGroups } from '../common/in-groups.ts';
import { classRecord, modelRecord } from '../common/record.ts';
import { runNotes } from '../common/run-notes.ts';
import type { ChosenImages, Environment, TargetReference } from '../environment.ts';
import { studyErrors } from '../errors.ts';
import { setUp, withPlugins, type Setup } from '../setup/setup.ts';
import { pixelSubjectOf } from '../setup/pixel-subject-of.ts';
import { framedPixels } from '../setup/framed-pixels.ts';
import { selectionOf } from '../spec/selections.ts';
import type { AttackSpec } from '../spec/study-spec.ts';
import { studyOf, type Study, type StudyOptions } from '../study.ts';
import { attackExperiment, attackTogether } from './attack-experiment.ts';
import type { AttackPlan } from './attack-plan.ts';
import { attackRecord } from './attack-record.ts';
import type { AttackRecord, AttackRow } from './attack-rows.ts';
import { attackTables } from './attack-tables.ts';
import type { NumberAim } from './attack-goal.ts';
import { chooseAttacks, drawsFromMaps, masksThatNeed, type AttackChoice, type NamedAttack } from './choose-attacks.ts';
import { explainPixels } from './explain-pixels.ts';
import { attackKeeper } from './keep-attack.ts';
import type { AttackSummary } from './summarise-attack.ts';
import { numberAimOf } from './number-aim.ts';
import { openTransfer, type Transfer } from './transfer.ts';

export type AttackStudy = Study<AttackSpec, AttackRow, AttackSummary, AttackRecord['parameters']> & {
  /** Which adversarial images are kept. */
  readonly saved: NonNullable<AttackSpec['save']>;
};

/** How easily a network is fooled through which mask; throws what setting up and choosing attacks throws, and TARGET_IMAGE_MISSING. */
export async function openAttack(
  spec: AttackSpec,
  environment: Environment,
  { store, signal = new AbortController().signal, onStep }: StudyOptions = {},
): Promise<AttackStudy> {
  checkGoal(spec);
  const images = await environment.chooseImages(spec.images);
  const saved = spec.save ?? (images.files === undefined ? 'examples' : 'all');
  const examples = saved === 'none' ? 0 : spec.examples;
  const explainer = selectionOf(spec.explainer, 'explainer');
  const { setup, attacks } = await setUpAttacks(spec, { images, explainer, examples, environment });
  let transfer: Transfer | undefined;
  const close = async () => {
    await transfer?.close();
    await setup.close();
  };
  try {
    const { subject, preprocessing } = setup;
    setup.steps.listener = onStep;
    const target = spec.targetClass === null ? undefined : targetOf(spec.targetClass, subject);
    const pixels = pixelSubjectOf(subject, preprocessing.preprocessing);
    const numbers = await numbersOf(spec, pixels);
    const labels = classLabels(images, subject);
    const [named] = setup.explainers;
    const explain = named && explainPixels(named, { setup, seed: spec.seed, signal });
    const reference = await referenceFor(attacks, spec, { setup, target });
    transfer = await transferOf(spec, setup, attacks);
    const drawn = reference && framedPixels(pixels, reference.image, preprocessing.preprocessing);
    const targetMap =
      drawn && target !== undefined
        ? await explain?.(drawn.pixels, classTarget(subject, target), drawn.subject)
        : undefined;
    const record = attackRecord({ spec, images, setup, attacks, target, reference, transfer, explainer });
    const openKeeper =
      store &&
      (() =>
        attackKeeper(store, {
          ...{ seed: spec.seed, examples, all: saved === 'all', attacks, labels: subject.labels },
          ...{ explainer: explain && { name: named.id, explain }, codec: environment.codec },
        }));
    const keep = await openKeeper?.();
    const plan: AttackPlan = {
      ...{ subject: pixels, preprocessing: preprocessing.preprocessing, attacks, labels, target, numbers },
      setting: record.parameters,
      ...{ explain, targetMap, transfer, onlyCorrect: spec.images.onlyCorrect === true },
      ...{ seed: spec.seed, batch: spec.batch, signal, codec: environment.codec, steps: setup.steps },
      ...(keep && { keep }),
    };
    const random = seededRandom(spec.seed);
    // Twice a batch, so that samples are waiting when others are finished.
    const together = Math.ceil((2 * spec.batch) / largestGroup(attacks));
    return {
      together,
      ...{ spec, record, saved, size: images.size, tables: attackTables, items: () => images.items(), close },
      ...(images.files && { files: images.files }),
      ...studyOf(attackExperiment(plan), (item) => random.fork(item)),
      model: modelRecord(setup.opened),
      configuration: setup.configurationPath ?? null,
      executor: inGroups({
        size: together,
        ...{ seed: spec.seed, signal },
        work: (group, randoms) => attackTogether(plan, group, randoms),
      }),
      notes: [...runNotes(setup, labels.unmapped), ...(transfer?.notes ?? [])],
      imagesOf: ({ images: count }) => count,
      ...(openKeeper && { settle: async () => void (await openKeeper()) }),
      faults,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Throws SPEC_INVALID where there are two targets, or a threshold of none. */
function checkGoal({ targetClass, target, threshold }: AttackSpec): void {
  const wrong =
    target !== undefined && targetClass !== null
      ? { where: 'target', found: `"${target}" beside the target class "${targetClass}"`, expected: 'one of both' }
      : target === undefined && threshold !== undefined
        ? { where: 'threshold', found: `${threshold} without a target`, expected: 'a target whose number passes it' }
        : undefined;
  if (wrong !== undefined) throw studyErrors.specInvalid({ name: 'attack', ...wrong });
}

interface Asked {
  readonly images: ChosenImages;
  readonly explainer: Selection;
  readonly examples: number;
  readonly environment: Environment;
}

/** The attacks are chosen before the model is opened. */
function setUpAttacks(spec: AttackSpec, { images, explainer, examples, environment }: Asked) {
  return withPlugins(spec, environment, async (loaded) => {
    const { host } = loaded;
    const attacks = chooseAttacks(host, choiceOf(spec, images, host.list('mask')));
    const [mask] = masksThatNeed(attacks, 'targetMaps');
    if (mask !== undefined && spec.targetClass === null) throw studyErrors.targetClassMissing({ mask });
    const isDrawn = drawsFromMaps(attacks);
    const isThere = host.list('explainer').some(({ id }) => id === explainer.id);
    const { attack } = attacks[0]!.record;
    const asked = {
      explainers: isDrawn || (examples > 0 && isThere) ? [explainer] : [],
      layer: spec.layer,
      targets: spec.target,
      principal: { kind: 'attack' as const, id: attack, name: attack },
      onUnfit(_: string, error: unknown) {
        // Maps that are only looked at may be missing.
        if (isDrawn) throw error;
      },
    };
    return { attacks, setup: await setUp(spec, asked, environment, loaded) };
  });
}

/** Without a word on it, a data set is also attacked through the mask that is the control; of images that are named no table is made. */
function choiceOf(spec: AttackSpec, images: ChosenImages, masks: readonly Omit<Contribution, 'kind'>[]): AttackChoice {
  const usual = images.files === undefined ? masks.find(({ isControl }) => isControl)?.id : undefined;
  const { attack, preset, sweepFractions, sweepEpsilons, batch, control } = spec;
  return {
    ...{ attack: selectionOf(attack, 'attack'), masks: spec.masks, preset, sweepFractions, sweepEpsilons, batch },
    control: control === null ? undefined : (control ?? usual),
  };
}

/** The target in words, if the attack has one; throws CLASSES_MISSING where it has none and the model has no classes either. */
async function numbersOf({ target, threshold }: AttackSpec, subject: PixelSubject): Promise<NumberAim | undefined> {
  if (target !== undefined) return numberAimOf({ target, threshold }, subject);
  const { task, classes, forms } = subject.subject;
  if (classes === undefined) throw errors.classesMissing({ task, forms });
  return undefined;
}

function targetOf(text: string, { labels, classes, task, forms }: Subject): number {
  if (classes === undefined) throw errors.classesMissing({ task, forms });
  const target = resolveTarget(text, { labels, classCount: classes.count });
  if (target.kind === 'class') return target.index;
  throw studyErrors.classInvalid({ found: text, expected: 'the index or the name of a class' });
}

function classTarget(subject: Subject, index: number): Target {
  return subject.targets(`${index}`, { options: [], decision: '', probability: undefined })![0]!;
}

async function referenceFor(
  attacks: readonly NamedAttack[],
  { targetImage: path }: AttackSpec,
  { setup, target }: { readonly setup: Setup; readonly target: number | undefined },
): Promise<TargetReference | undefined> {
  const masks = masksThatNeed(attacks, 'targetMaps');
  if (masks.length === 0 || target === undefined) return undefined;
  const { subject, environment } = setup;
  const { labels } = subject;
  return environment.findTargetReference({ path, target: classRecord(subject, target), labels, masks });
}

async function transferOf(spec: AttackSpec, setup: Setup, attacks: readonly NamedAttack[]) {
  if (spec.transfer === undefined) return undefined;
  if (spec.target !== undefined) {
    throw studyErrors.transferDoesNotFit({ found: 'an attack of a target in words', expected: 'an attack of classes' });
  }
  const plugin = setup.host.list('attack').find(({ id }) => id === attacks[0]!.record.attack)?.plugin;
  return openTransfer(spec.transfer, setup, { ...spec, backend: setup.backendOf(plugin) });
}

/** How many entries share an attack, and so a batch. */
function largestGroup(attacks: readonly NamedAttack[]): number {
  const sizes = new Map<Attack, number>();
  for (const { attack } of attacks) sizes.set(attack, (sizes.get(attack) ?? 0) + 1);
  return Math.max(1, largestOf(sizes.values()));
}

/** Tells of attacks that were made on no image at all, and of those that break a rule; what rounding to 8 bits costs is no fault. */
function faults({ attacks }: AttackSummary): readonly UnderstoryError[] {
  const rules = ['withinEpsilon', 'withinPixels', 'zeroOutsideMask'] as const;
  const empty = attacks.filter(({ n }) => n === 0).map(({ attack }) => `no image attacked by ${attack}`);
  const broken = attacks.filter((each) => rules.some((rule) => each.broken[rule] > 0)).map(({ attack }) => attack);
  return [
    ...(empty.length === 0 ? [] : [studyErrors.resultsMissing({ found: empty.join(', ') })]),
    ...(broken.length === 0 ? [] : [studyErrors.attackRulesBroken({ attacks: broken })]),
  ];
}
