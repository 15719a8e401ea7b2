import {
  evenBatches,
  float32,
  isDiagnosed,
  takeTensor,
  type Attack,
  type AttackedSample,
  type ClassGoal,
  type Experiment,
  type HeatMap,
  type Mask,
  type PixelClassifier,
  type Prediction,
  type SeededRandom,
  type Tensor,
} from '@understory/core';
import type { LabelMap } from '@understory/datasets';
import type { Outcome } from '@understory/experiments';
import {
  decodeImage,
  encodePng,
  isWithin,
  perturbationChecks,
  perturbationDistances,
  prepare,
  toEightBits,
  toUnitPixels,
  type LevelRounding,
  type Preprocessing,
  type RgbImage,
} from '@understory/imaging';
import { summariseAttack, type AttackRow, type AttackSetting, type AttackSummary } from '@understory/report';
import { boxesInInput } from './boxes-in-input.ts';
import type { NamedAttack } from './choose-attacks.ts';
import { isReached } from './is-reached.ts';
import type { ChosenImage } from './choose-images.ts';
import { joinSamples } from './join-samples.ts';
import { checkMask } from './check-mask.ts';
import type { Transfer } from './transfer.ts';

export interface AttackPlan {
  readonly classifier: PixelClassifier;
  readonly preprocessing: Preprocessing;
  readonly attacks: readonly NamedAttack[];
  readonly labels: LabelMap;
  /** The class that the network shall say; what it says is to be left where undefined. */
  readonly target: number | undefined;
  /** Of the run's record. */
  readonly setting: AttackSetting;
  /** The heat map of pixels `[1, 3, H, W]` for a class; undefined where nothing is drawn from one. */
  readonly explain: ((pixels: Tensor<'float32'>, target: number) => Promise<HeatMap>) | undefined;
  /** Of the reference image of the target class. */
  readonly targetMap: HeatMap | undefined;
  readonly transfer: Transfer | undefined;
  readonly onlyCorrect: boolean;
  readonly seed: number;
  /** How many pairs of an image and a mask run together, at most. */
  readonly batch: number;
  readonly signal: AbortSignal;
  /** Told of each image with what became of it, before its rows are handed over. */
  readonly keep?: (attacked: AttackedItem) => Promise<void>;
}

/** An image with every attack on it that was made. */
export interface AttackedItem {
  readonly facts: AttackFacts;
  /** What the network saw. */
  readonly picture: RgbImage;
  readonly pixels: Tensor<'float32'>;
  readonly attempts: readonly Attempt[];
}

/** An attack that was made. */
export interface Attempt {
  readonly row: AttackRow;
  readonly mask: Tensor<'float32'>;
  /** `[1, 3, H, W]`. */
  readonly adversarial: Tensor<'float32'>;
  /** Of the adversarial image, before it is rounded. */
  readonly prediction: Prediction;
  /** The PNG of the adversarial image. */
  readonly png: Uint8Array;
}

export type AttackFacts = Pick<
  AttackRow,
  'item' | 'label' | 'original' | 'originalLabel' | 'originalProbability' | 'correct' | 'target' | 'targetLabel'
>;

/** Why an image is not attacked. */
export const alreadyTheTarget = 'the network says the target of the untouched image';

/**
 * Attacks images through masks: what it finds depends on the image and the seed alone.
 * What an attack or a mask refuses is a row without success that says why; an image that cannot be read or predicted throws.
 */
export function attackExperiment(plan: AttackPlan): Experiment<ChosenImage, AttackRow, AttackSummary> {
  return {
    async rows(item, random) {
      const [outcome] = await attackTogether(plan, [item], [random]);
      if (outcome === undefined || 'error' in outcome) throw outcome?.error;
      return outcome.rows;
    },
    summarise: (rows) =>
      summariseAttack(rows, {
        ...plan.setting,
        attacks: plan.attacks.map(({ record }) => record),
        ...{ seed: plan.seed, transfer: plan.transfer !== undefined },
      }),
  };
}

/** Attacks several images in common batches; what fails for one is its own. */
export async function attackTogether(
  plan: AttackPlan,
  items: readonly ChosenImage[],
  randoms: readonly SeededRandom[],
): Promise<readonly Outcome<ChosenImage, AttackRow>[]> {
  const subjects: Subject[] = [];
  const failures = new Map<ChosenImage, unknown>();
  for (const [at, item] of items.entries()) {
    try {
      plan.signal.throwIfAborted();
      const subject = await subjectOf(plan, item, randoms[at]!);
      if (subject !== undefined) subjects.push(subject);
    } catch (error) {
      failures.set(item, error);
    }
  }
  const made = await makeAttacks(plan, subjects, failures);
  const outcomes: Outcome<ChosenImage, AttackRow>[] = [];
  for (const item of items) {
    const subject = subjects.find((each) => each.item === item);
    try {
      if (failures.has(item)) throw failures.get(item);
      outcomes.push({ item, rows: subject === undefined ? [] : await finish(plan, subject, made.get(subject) ?? []) });
    } catch (error) {
      outcomes.push({ item, error });
    }
  }
  return outcomes;
}

/** An image that is ready to be attacked. */
interface Subject {
  readonly item: ChosenImage;
  readonly facts: AttackFacts;
  readonly prediction: Prediction;
  readonly picture: RgbImage;
  readonly pixels: Tensor<'float32'>;
  readonly goal: ClassGoal;
  readonly seed: number;
  /** What each attack goes through, in the order of the plan; a text where there is no mask, or no attack. */
  readonly masks: readonly (Tensor<'float32'> | string)[];
}

async function subjectOf(plan: AttackPlan, item: ChosenImage, random: SeededRandom): Promise<Subject | undefined> {
  const { classifier, preprocessing, attacks } = plan;
  const image = await item.picture();
  const { picture } = prepare(image, preprocessing);
  const pixels = pixelsOf(picture);
  const [prediction] = await classifier.predict(pixels);
  const facts = factsOf(plan, item, prediction!);
  if (plan.onlyCorrect && facts.correct !== true) return undefined;
  const goal: ClassGoal = { kind: plan.target === undefined ? 'untargeted' : 'targeted', class: facts.target };
  const common = { item, facts, prediction: prediction!, picture, pixels, goal, seed: seedOf(random.fork('attack')) };
  if (plan.target === facts.original) return { ...common, masks: attacks.map(() => alreadyTheTarget) };

  const boxes = item.item.boxes && [boxesInInput(item.item.boxes, image, preprocessing)];
  const drawsFromOrigin = attacks.some(({ mask }) => mask.needs?.includes('originMaps'));
  const originMaps = drawsFromOrigin && plan.explain && [await plan.explain(pixels, facts.original)];
  const drawn = new Map<Mask, Tensor<'float32'> | string>();
  for (const { mask, record } of attacks) {
    if (drawn.has(mask)) continue;
    try {
      const found = await mask.draw({
        ...{ height: picture.height, width: picture.width, samples: 1 },
        ...(originMaps && { originMaps }),
        ...(plan.targetMap && { targetMaps: [plan.targetMap] }),
        ...(boxes && { boxes }),
        seeds: [seedOf(random.fork('mask'))],
      });
      drawn.set(mask, checkMask(found, record.mask.id, picture));
    } catch (error) {
      plan.signal.throwIfAborted();
      drawn.set(mask, reasonFor(error));
    }
  }
  return { ...common, masks: attacks.map(({ mask }) => drawn.get(mask)!) };
}

/** One attack on one image. */
interface Sample {
  readonly subject: Subject;
  readonly place: number;
  readonly mask: Tensor<'float32'>;
}

/** What an attack made of a sample, or why it made nothing. */
interface Made {
  readonly sample: Sample;
  readonly adversarial: Tensor<'float32'>;
  readonly attacked: AttackedSample;
}

type Found = Made | { readonly sample: Sample; readonly reason: string };

/** Runs every attack on its samples in even batches; what fails without a diagnosis is put down to its image. */
async function makeAttacks(
  plan: AttackPlan,
  subjects: readonly Subject[],
  failures: Map<ChosenImage, unknown>,
): Promise<ReadonlyMap<Subject, readonly Found[]>> {
  const samples = new Map<Attack, Sample[]>();
  for (const subject of subjects) {
    for (const [place, { attack }] of plan.attacks.entries()) {
      const mask = subject.masks[place]!;
      if (typeof mask === 'string') continue;
      const own = samples.get(attack) ?? [];
      samples.set(attack, own);
      own.push({ subject, place, mask });
    }
  }
  const made = new Map<Subject, Found[]>(subjects.map((subject) => [subject, []]));
  for (const [attack, own] of samples) {
    const dividesItself = plan.attacks.some((each) => each.attack === attack && each.dividesBatches);
    for (const { start, end } of evenBatches(own.length, dividesItself ? own.length : plan.batch)) {
      for (const found of await attackBatch(plan, attack, own.slice(start, end), failures)) {
        made.get(found.sample.subject)!.push(found);
      }
    }
  }
  return made;
}

/** The results of a batch; where it fails as a whole each sample is tried alone. */
async function attackBatch(
  plan: AttackPlan,
  attack: Attack,
  asked: readonly Sample[],
  failures: Map<ChosenImage, unknown>,
): Promise<readonly Found[]> {
  const samples = asked.filter(({ subject }) => !failures.has(subject.item));
  const [first, ...others] = samples;
  if (first === undefined) return [];
  const { signal, classifier } = plan;
  try {
    signal.throwIfAborted();
    const { adversarial, samples: results } = await attack.perturb({
      classifier,
      pixels: joinSamples(samples.map(({ subject }) => subject.pixels)),
      goal: { kind: first.subject.goal.kind, classes: samples.map(({ subject }) => subject.goal.class) },
      masks: samples.map(({ mask }) => mask),
      seeds: samples.map(({ subject }) => subject.seed),
      signal,
    });
    return samples.map((sample, at) => ({
      sample,
      adversarial: takeTensor(adversarial, [at]),
      attacked: results[at]!,
    }));
  } catch (error) {
    signal.throwIfAborted();
    if (others.length > 0) {
      const alone: Found[] = [];
      for (const sample of samples) alone.push(...(await attackBatch(plan, attack, [sample], failures)));
      return alone;
    }
    if (isDiagnosed(error)) return [{ sample: first, reason: reasonFor(error) }];
    failures.set(first.subject.item, error);
    return [];
  }
}

/** The rows of an image, in the order of the attacks. */
async function finish(plan: AttackPlan, subject: Subject, found: readonly Found[]): Promise<readonly AttackRow[]> {
  const rows: AttackRow[] = subject.masks.map((mask, place) => {
    const refused = found.find(({ sample }) => sample.place === place);
    const reason = typeof mask === 'string' ? mask : refused !== undefined && 'reason' in refused ? refused.reason : '';
    return untouchedRow(plan, subject, place, reason);
  });
  const made = found.filter((each): each is Made => 'attacked' in each);
  const attempts: Attempt[] = [];
  for (const { start, end } of evenBatches(made.length, plan.batch)) {
    attempts.push(...(await judge(plan, subject, made.slice(start, end))));
  }
  for (const [at, { sample }] of made.entries()) rows[sample.place] = attempts[at]!.row;
  const { facts, picture, pixels } = subject;
  await plan.keep?.({ facts, picture, pixels, attempts });
  return rows;
}

/** What the networks say of adversarial images and of the pictures that they are saved as. */
async function judge(plan: AttackPlan, subject: Subject, made: readonly Made[]): Promise<readonly Attempt[]> {
  const { classifier, attacks, transfer } = plan;
  const { facts, pixels, picture, goal } = subject;
  const predictions = await classifier.predict(joinSamples(made.map(({ adversarial }) => adversarial)));
  const kept = await savePictures(plan, subject, made);
  const others = await transfer?.predict([picture, ...kept.map((each) => each.picture)]);
  return made.map(({ sample, adversarial, attacked }, at): Attempt => {
    const { record, attack } = attacks[sample.place]!;
    const { budget } = record;
    const before = others?.[0];
    const other = others?.[at + 1];
    const saved = kept[at]!;
    return {
      mask: sample.mask,
      adversarial,
      prediction: predictions[at]!,
      png: saved.png,
      row: {
        ...facts,
        attack: record.name,
        maskPixels: maskPixels(sample.mask),
        success: attacked.success,
        reason: null,
        evaluations: attacked.evaluations,
        updates: attacked.updates,
        targetProbability: predictions[at]!.probabilities[facts.target]!,
        finalOriginalProbability: predictions[at]!.probabilities[facts.original]!,
        ...perturbationDistances(pixels.data, adversarial.data, picture),
        savedSuccess: isReached(attack, saved.prediction, goal),
        savedTargetProbability: saved.prediction.probabilities[facts.target]!,
        savedRounding: saved.rounding,
        trajectory: attacked.trajectory,
        checks: {
          ...perturbationChecks(pixels.data, adversarial.data, { budget, mask: sample.mask.data }),
          savedWithinEpsilon: isWithin(budget, pixels.data, toUnitPixels(saved.picture)),
        },
        warnings: attacked.warnings,
        transfer:
          before === undefined || other === undefined || isReached(attack, before, goal)
            ? null
            : {
                success: isReached(attack, other, goal),
                targetProbability: other.probabilities[facts.target]!,
                predicted: other.ranking[0]!,
              },
      },
    };
  });
}

/** An adversarial image as it is written and read back. */
interface Saved {
  readonly png: Uint8Array;
  readonly picture: RgbImage;
  readonly rounding: LevelRounding;
  readonly prediction: Prediction;
}

/** Nearest levels, and those further from the original where the nearest lose the success and these keep it. */
async function savePictures(plan: AttackPlan, subject: Subject, made: readonly Made[]): Promise<readonly Saved[]> {
  const nearest = await save(plan, subject, made, 'nearest');
  const succeeds = ({ sample }: Made, { prediction }: Saved) =>
    isReached(plan.attacks[sample.place]!.attack, prediction, subject.goal);
  const lost = made.filter((each, at) => each.attacked.success && !succeeds(each, nearest[at]!));
  if (lost.length === 0) return nearest;
  const outward = await save(plan, subject, lost, 'outward');
  return made.map((each, at) => {
    const other = outward[lost.indexOf(each)];
    return other !== undefined && succeeds(each, other) ? other : nearest[at]!;
  });
}

async function save(
  { classifier, attacks }: AttackPlan,
  { pixels, picture: size }: Subject,
  made: readonly Made[],
  rounding: LevelRounding,
): Promise<readonly Saved[]> {
  const files: Omit<Saved, 'prediction'>[] = [];
  for (const { sample, adversarial } of made) {
    const { budget } = attacks[sample.place]!.record;
    const png = await encodePng(toEightBits(adversarial.data, pixels.data, { budget, size, rounding }));
    files.push({ png, picture: await decodeImage(png, 'the saved adversarial image'), rounding });
  }
  const predictions = await classifier.predict(joinSamples(files.map(({ picture }) => pixelsOf(picture))));
  return files.map((file, at) => ({ ...file, prediction: predictions[at]! }));
}

/** The row of an attack that was not made: the image is as it was. */
function untouchedRow(
  { attacks }: AttackPlan,
  { facts, prediction, masks }: Subject,
  place: number,
  reason: string,
): AttackRow {
  const mask = masks[place]!;
  return {
    ...facts,
    attack: attacks[place]!.record.name,
    maskPixels: typeof mask === 'string' ? 0 : maskPixels(mask),
    ...{ success: null, reason, evaluations: 0, updates: 0 },
    targetProbability: prediction.probabilities[facts.target]!,
    finalOriginalProbability: facts.originalProbability,
    ...{ linf: 0, l2: 0, l0: 0, ssim: 1 },
    ...{
      savedSuccess: null,
      savedTargetProbability: null,
      savedRounding: null,
      trajectory: null,
      checks: null,
      warnings: [],
      transfer: null,
    },
  };
}

function factsOf(
  { classifier, labels, target }: AttackPlan,
  { id, item }: ChosenImage,
  { ranking, probabilities }: Prediction,
): AttackFacts {
  const names = classifier.classifier.labels;
  const original = ranking[0]!;
  const known = labels.indexOf(item.label);
  const aim = target ?? original;
  return {
    item: id,
    label: item.label ?? null,
    original,
    originalLabel: names?.[original] ?? null,
    originalProbability: probabilities[original]!,
    correct: known === undefined ? null : known === original,
    target: aim,
    targetLabel: names?.[aim] ?? null,
  };
}

function maskPixels({ data }: Tensor<'float32'>): number {
  return data.reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0);
}

/** `[1, 3, H, W]` in 0..1. */
export function pixelsOf(picture: RgbImage): Tensor<'float32'> {
  return float32(toUnitPixels(picture), [1, 3, picture.height, picture.width]);
}

function seedOf(random: SeededRandom): number {
  return random.integer(2 ** 32);
}

/** A failure of our own making, such as an error in a plugin, is not to be taken for a property of the image. */
function reasonFor(error: unknown): string {
  if (isDiagnosed(error)) return `${error.code}: ${error.message} Found: ${error.found}. Expected: ${error.expected}.`;
  throw error;
}
