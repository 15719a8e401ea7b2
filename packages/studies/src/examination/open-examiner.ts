import {
  append,
  errors,
  isDiagnosed,
  messageOf,
  seededRandom,
  type ProbeEstimate,
  type ProbeRequest,
  type ProbeSummary,
  type SeededRandom,
  type Subject,
  type Tensor,
} from '@understory/core';
import { fromUnitPixels, resize } from '@understory/imaging';
import type { AttackPlan, AttackedItem } from '../attack/attack-plan.ts';
import { attackTogether } from '../attack/attack-experiment.ts';
import { numberAimOf } from '../attack/number-aim.ts';
import type { AttackRow } from '../attack/attack-rows.ts';
import { chooseAttacks, drawsFromMaps, type NamedAttack } from '../attack/choose-attacks.ts';
import { explainPixels } from '../attack/explain-pixels.ts';
import { modelRecord } from '../common/record.ts';
import { watchedBy } from '../probe/watched-by.ts';
import type { ChosenImage, ChosenImages, Environment, LabelIndex } from '../environment.ts';
import { chooseMetrics } from '../evaluation/choose-metrics.ts';
import { evaluatedExplainers } from '../evaluation/evaluated-explainers.ts';
import {
  evaluationExperiment,
  type EvaluationPlan,
  type EvaluationTarget,
  type ExplainedItem,
  type ItemFacts,
  type PlacedMetric,
} from '../evaluation/evaluation-experiment.ts';
import { evaluationTargetOf } from '../evaluation/evaluation-target.ts';
import { measuredModel } from '../evaluation/measured-model.ts';
import { chooseProbe, type ChosenProbe } from '../probe/choose-probe.ts';
import { probeExperiment, probeExplainer, type ProbePlan, type ProbeRow } from '../probe/probe-experiment.ts';
import { skippedNote } from '../setup/all-explainers.ts';
import { pixelSubjectOf } from '../setup/pixel-subject-of.ts';
import { unitPixelsFor } from '../setup/unit-pixels-for.ts';
import { setUp, withPlugins, type Setup } from '../setup/setup.ts';
import { selectionOf, selectionsOf } from '../spec/selections.ts';
import type { ComparisonSpec, DiagnosisSpec } from '../spec/study-spec.ts';
import type { StudyOptions } from '../study.ts';
import { askedTextOf, isAskedByImages, isRightAnswer, type AskedText } from './asked-text.ts';
import { maskOf, type Examined, type ExaminedWith, type LeftOut } from './examination.ts';
import { suitedProbe } from './suited-probe.ts';

/** What of a spec decides how a network is examined. */
export type ExaminerSpec =
  Omit<DiagnosisSpec, 'study' | 'examples'> | Omit<ComparisonSpec, 'study' | 'examples' | 'other'>;

export interface ExaminerRequest extends Pick<StudyOptions, 'onStep'> {
  readonly environment: Environment;
  readonly images: ChosenImages;
  readonly signal: AbortSignal;
  /** Whether the probe compares heat maps too, those of the first explainer. */
  readonly explainsProbe: boolean;
  /** The probe where the spec names none and the model's task has none of its own. */
  readonly usualProbe: string;
}

/** One network with everything that it is examined with. */
export interface Examiner {
  readonly setup: Setup;
  readonly parts: ExaminedWith;
  readonly leftOut: readonly LeftOut[];
  /** Whether each image brings its own text for the model. */
  readonly isAskedByImages: boolean;
  /** `target` is what is explained; undefined where only images are asked for that the network predicts right, and where there is no target. */
  examine(
    item: ChosenImage,
    random: SeededRandom,
    asked: { readonly target: EvaluationTarget; readonly labels: LabelIndex; readonly onlyCorrect: boolean },
  ): Promise<Examined | undefined>;
  /**
   * Whether the network still says what it says of an examined picture when it is shown another version of it, `[1, C, H, W]` in 0..1;
   * undefined where its task decides nothing.
   */
  staysAt(examined: Examined, pixels: Tensor<'float32'>): Promise<boolean | undefined>;
  /** What the probe says of all pictures; null without one. */
  summariseProbe(rows: Iterable<ProbeRow>): Promise<ProbeSummary | null>;
  close(): Promise<void>;
}

/**
 * Opens a network with explainers, metrics, a probe and attacks; what it does not allow, such as gradients, is left out and told.
 * Throws what setting up and choosing parts throws.
 */
export async function openExaminer(spec: ExaminerSpec, request: ExaminerRequest): Promise<Examiner> {
  const leftOut: LeftOut[] = [];
  const { setup, attacks, attackReason } = await setUpExaminer(spec, request.environment, leftOut);
  try {
    setup.steps.listener = request.onStep;
    const probe = await probeOf(spec, setup, request);
    const isAsked = isAskedByImages(setup.subject, spec);
    if (isAsked) await checkAsked(setup, request.images);
    const metrics = await metricsOf(spec, setup, leftOut);
    const found = attackReason ?? (attacks.length === 0 ? undefined : await foolingOf(spec, setup, attacks, request));
    if (typeof found === 'string') leftOut.push({ what: 'attacks', reason: found });
    const fooling = typeof found === 'string' ? undefined : found;
    const plan = evaluationPlan(spec, setup, metrics, request.signal);
    const disturbing = probe && (await disturbingOf(spec, setup, probe, request));
    const plans: Plans = { plan, fooling, disturbing };
    return {
      setup,
      leftOut,
      isAskedByImages: isAsked,
      parts: {
        explainers: evaluatedExplainers(setup, metrics),
        metrics: metrics.map(({ record }) => record),
        probe: probe?.record ?? null,
        attacks: fooling === undefined ? [] : attacks.map(({ record }) => record),
      },
      async examine(image, random, { target, labels, onlyCorrect }) {
        const item = decodedOnce(image);
        const text = isAsked ? askedTextOf(item.item, setup.subject.task, random.fork('asked')) : undefined;
        if (isAsked && text === undefined) return undefined;
        const own = text === undefined ? plans : await plansAsking(text, plans, { spec, setup, attacks, request });
        const explained: ExplainedItem[] = [];
        const keep = async (each: ExplainedItem) => void explained.push(each);
        const evaluation = evaluationExperiment({
          ...own.plan,
          ...{ labels, keep },
          target: text !== undefined && target.kind === 'named' ? evaluationTargetOf(spec.target, own.plan) : target,
          // Whether what it says of the image's own text is right is found below.
          onlyCorrect: onlyCorrect && text === undefined,
        });
        const measurements = await evaluation.rows(item, random.fork('evaluation'));
        const [found] = explained;
        if (found === undefined) return undefined;
        const { facts, answer, picture, pixelMask, maps, failures } = found;
        const correct = text === undefined ? facts.correct : isRightAnswer(answer.decision, text);
        if (onlyCorrect && correct !== true) return undefined;
        const disturbed = own.disturbing
          ? await disturb(own.disturbing, item, labels, random.fork('probe'))
          : undefined;
        const fooled =
          own.fooling === undefined
            ? undefined
            : await climb({ ...own.fooling, labels }, attacks, item, random.fork('attack'));
        return {
          ...{ answer, picture, pixelMask, maps, failures, target: found.target, subject: own.plan.subject },
          disturbed: disturbed?.kept ?? null,
          attacked: fooled?.attacked ?? [],
          examination: {
            ...withoutItem(facts),
            ...{ correct, asked: text?.words ?? null },
            options: answer.options.slice(0, 5),
            targetProbability: facts.target === null ? null : (answer.classes?.probabilities[facts.target] ?? null),
            measurements,
            disturbances: disturbed?.rows ?? [],
            probed: disturbed === undefined ? [] : probedOf(disturbed.kept.summary.estimates, disturbed.rows),
            attacks: fooled?.rows ?? [],
            budgets: byBudget(attacks).length,
          },
        };
      },
      staysAt: (examined, pixels) => staysAt(examined, pixels, setup),
      async summariseProbe(rows) {
        if (disturbing === undefined) return null;
        const experiment = probeExperiment({ ...disturbing, labels: noLabels });
        return experiment.summarise(each(rows));
      },
      close: () => setup.close(),
    };
  } catch (error) {
    await setup.close();
    throw error;
  }
}

function withoutItem({ item: _, label: __, ...said }: ItemFacts): Omit<ItemFacts, 'item' | 'label'> {
  return said;
}

const noLabels: LabelIndex = { indexOf: () => undefined, unmapped: [] };

async function* each<Row>(rows: Iterable<Row>): AsyncGenerator<Row> {
  yield* rows;
}

/** Every part of an examination reads the same picture. */
function decodedOnce(image: ChosenImage): ChosenImage {
  let decoded: ReturnType<ChosenImage['picture']> | undefined;
  return { ...image, picture: () => (decoded ??= image.picture()) };
}

/** The parts are chosen before the model is opened; a model that cannot be attacked is opened without the attack. */
async function setUpExaminer(spec: ExaminerSpec, environment: Environment, leftOut: LeftOut[]) {
  const explainers = selectionsOf(spec.explainers);
  const chosen = (isAttacked: boolean) =>
    withPlugins(spec, environment, async (loaded) => {
      const { host } = loaded;
      const { batch } = spec;
      const attacks =
        spec.attack === null
          ? []
          : chooseAttacks(host, {
              attack: selectionOf(spec.attack, 'attack'),
              masks: spec.masks,
              sweepEpsilons: spec.epsilons.map(String),
              batch,
            });
      // Before the model is opened, so that one that does not exist is told at once.
      const probe = spec.probe && chooseProbe(host, { probe: selectionOf(spec.probe, 'probe'), batch }).record.id;
      const [first] = attacks;
      const principal = { kind: 'attack' as const, id: first?.record.attack ?? '', name: first?.record.attack ?? '' };
      const lost: LeftOut[] = [];
      const setup = await setUp(
        spec,
        {
          ...{ explainers, layer: spec.layer, targets: spec.target },
          ...(isAttacked && first !== undefined && { principal }),
          others: [
            ...selectionsOf(spec.metrics).map(({ id }) => ({ kind: 'metric' as const, id })),
            ...(typeof probe === 'string' ? [{ kind: 'probe' as const, id: probe }] : []),
          ],
          onSkipped: (explainer, error) =>
            void lost.push({ what: explainer, reason: skippedNote({ explainer, error }) }),
          onUnfit: (explainer, error) => void lost.push({ what: explainer, reason: messageOf(error) }),
        },
        environment,
        loaded,
      );
      append(leftOut, lost);
      return { setup, attacks };
    });
  try {
    return { ...(await chosen(true)), attackReason: undefined };
  } catch (error) {
    const isOfAttack = isDiagnosed(error) && ['CAPABILITY_MISSING', 'NOT_DIFFERENTIABLE'].includes(error.code);
    if (!isOfAttack || spec.attack === null) throw error;
    return { ...(await chosen(false)), attackReason: messageOf(error) };
  }
}

/** The probe that is asked for, or the one that suits the model and the images; undefined where there is to be none. */
async function probeOf(
  spec: ExaminerSpec,
  { host, subject }: Setup,
  { images, usualProbe }: ExaminerRequest,
): Promise<ChosenProbe | undefined> {
  if (spec.probe === null) return undefined;
  const named = spec.probe ?? (await suitedProbe(host, subject, { images, usual: usualProbe }));
  return chooseProbe(host, { probe: selectionOf(named, 'probe'), batch: spec.batch });
}

/** Throws what the subject throws without a text, such as CAPTIONS_MISSING, where no image brings one. */
async function checkAsked({ subject }: Setup, images: ChosenImages): Promise<void> {
  for await (const { item } of images.items()) {
    if (askedTextOf(item, subject.task, seededRandom(0)) !== undefined) return;
  }
  subject.targets('top1', { options: [], decision: '', probability: undefined });
}

/** What a classifier decides, or whether the thing that it says first is still said. */
async function staysAt(
  { answer, picture, pixelMask, subject }: Examined,
  pixels: Tensor<'float32'>,
  { preprocessing }: Setup,
): Promise<boolean | undefined> {
  const own = pixelSubjectOf(subject, preprocessing.preprocessing).framed(picture, pixelMask);
  const [, , height = 0, width = 0] = pixels.dims;
  const fits = own.height === height && own.width === width && own.channels === pixels.dims[1];
  const shown = fits
    ? pixels
    : unitPixelsFor(own, resize(fromUnitPixels(pixels.data, { height, width }), own, 'bilinear'));
  const [said] = await own.answer(shown);
  if (answer.classes !== undefined) return said!.classes?.decision === answer.classes.decision;
  const [best] = answer.options;
  const target = best && subject.targets(best.target, answer)?.[0];
  if (target === undefined || subject.says(answer, target) !== true) return undefined;
  return subject.says(said!, target);
}

/** What an image is examined by. */
interface Plans {
  readonly plan: EvaluationPlan;
  readonly fooling: Omit<AttackPlan, 'attacks'> | undefined;
  readonly disturbing: Disturbing | undefined;
}

/** The same plans for models that are asked about the text of an image; a probe with texts of its own stays as it is. */
async function plansAsking(
  { captions, question }: AskedText,
  { plan, fooling, disturbing }: Plans,
  {
    spec,
    setup,
    attacks,
    request,
  }: {
    readonly spec: ExaminerSpec;
    readonly setup: Setup;
    readonly attacks: readonly NamedAttack[];
    readonly request: ExaminerRequest;
  },
): Promise<Plans> {
  const asking = await setup.asking({ ...(captions && { captions }), ...(question !== undefined && { question }) });
  const moved = <Part extends { readonly subject: Subject }>(part: Part): Part => ({
    ...part,
    subject: asking(part.subject),
  });
  const own = { ...setup, subject: asking(setup.subject), explainers: setup.explainers.map(moved) };
  const again = fooling && (await foolingOf(spec, own, attacks, request));
  return {
    plan: { ...plan, subject: own.subject, explainers: own.explainers, metrics: plan.metrics.map(moved) },
    fooling: typeof again === 'string' ? undefined : again,
    disturbing:
      disturbing === undefined || disturbing.task !== undefined
        ? disturbing
        : {
            ...disturbing,
            request: {
              ...disturbing.request,
              subject: disturbing.request.subject.shownTo(asking(disturbing.request.subject.subject)),
            },
          },
  };
}

/** Of a probe whose rows tell of no decisions that survive: of each condition the number that it gives first. */
function probedOf(estimates: readonly ProbeEstimate[], rows: readonly ProbeRow[]): Examined['examination']['probed'] {
  if (rows.some((row) => 'sameTop1' in row)) return [];
  const leading = new Map<string, ProbeEstimate>();
  for (const each of estimates) {
    // A score of all images says nothing of one.
    if (each.measure !== 'blindness' && !leading.has(each.condition)) leading.set(each.condition, each);
  }
  return [...leading.values()].map(({ measure, title, condition, unit, estimate }) => ({
    ...{ measure, title, condition, unit, estimate },
  }));
}

/** The metrics that the model allows; where a metric needs weights that can be re-initialised it may have none. */
async function metricsOf(spec: ExaminerSpec, setup: Setup, leftOut: LeftOut[]): Promise<readonly PlacedMetric[]> {
  const { batch, seed } = spec;
  const chosen = chooseMetrics(setup.host, {
    selections: selectionsOf(spec.metrics),
    randomOrder: true,
    ...{ batch, seed },
  });
  const metrics: PlacedMetric[] = [];
  for (const named of chosen) {
    try {
      metrics.push({ ...named, subject: await measuredModel(named, setup.selections, setup) });
    } catch (error) {
      if (!isDiagnosed(error) || error.code !== 'CAPABILITY_MISSING') throw error;
      leftOut.push({ what: named.record.name, reason: messageOf(error) });
    }
  }
  return metrics;
}

function evaluationPlan(
  { seed }: ExaminerSpec,
  { subject, explainers, preprocessing }: Setup,
  metrics: readonly PlacedMetric[],
  signal: AbortSignal,
): EvaluationPlan {
  return {
    ...{ subject, explainers, metrics, seed, signal, labels: noLabels, onlyCorrect: false },
    target: { kind: 'predicted' },
    preprocessing: preprocessing.preprocessing,
  };
}

/** The attacks' plan, or why there is none. */
async function foolingOf(
  spec: ExaminerSpec,
  setup: Setup,
  attacks: readonly NamedAttack[],
  { environment, signal }: ExaminerRequest,
): Promise<Omit<AttackPlan, 'attacks'> | string> {
  const { subject, preprocessing: chosen, steps } = setup;
  const preprocessing = chosen.preprocessing;
  const [named] = setup.explainers;
  if (named === undefined && drawsFromMaps(attacks)) return 'its masks are drawn from heat maps, and no explainer fits';
  try {
    const pixels = pixelSubjectOf(subject, preprocessing);
    const words = spec.target === 'predicted' ? 'top1' : spec.target;
    const numbers =
      subject.classes === undefined
        ? await numberAimOf({ target: `-${words}`, threshold: undefined }, pixels)
        : undefined;
    const { layer, seed } = spec;
    return {
      ...{ subject: pixels, preprocessing, numbers, seed, signal, steps, batch: 8, codec: environment.codec },
      setting: {
        goal: numbers === undefined ? 'untargeted' : 'raise',
        explainer: named === undefined ? null : { name: named.id, options: {} },
        layer,
      },
      explain: named && explainPixels(named, { setup, seed, signal }),
      ...{ labels: noLabels, target: undefined, targetMap: undefined, transfer: undefined, onlyCorrect: false },
    };
  } catch (error) {
    if (!isDiagnosed(error)) throw error;
    return messageOf(error);
  }
}

/** Tries budgets from the smallest; a mask through which an attack succeeded, or that refuses, is done. */
async function climb(
  plan: Omit<AttackPlan, 'attacks'>,
  all: readonly NamedAttack[],
  item: ChosenImage,
  random: SeededRandom,
): Promise<{ readonly rows: readonly AttackRow[]; readonly attacked: readonly AttackedItem[] }> {
  const rows: AttackRow[] = [];
  const attacked: AttackedItem[] = [];
  const done = new Set<string>();
  for (const rung of byBudget(all)) {
    const attacks = rung.filter(({ record }) => !done.has(maskOf(record)));
    if (attacks.length === 0) break;
    const keep = async (own: AttackedItem) => void attacked.push(own);
    const [outcome] = await attackTogether({ ...plan, attacks, keep }, [item], [random]);
    if (outcome === undefined || 'error' in outcome) throw outcome?.error;
    for (const row of outcome.rows) {
      rows.push(row);
      if (row.success !== false) done.add(maskOf({ name: row.attack }));
    }
  }
  return { rows, attacked };
}

/** Attacks in groups of one budget each, ascending. */
function byBudget(attacks: readonly NamedAttack[]): readonly (readonly NamedAttack[])[] {
  const rungs = new Map<number, NamedAttack[]>();
  for (const each of attacks) {
    const { epsilon } = each.record.budget;
    rungs.set(epsilon, [...(rungs.get(epsilon) ?? []), each]);
  }
  return [...rungs].sort(([a], [b]) => a - b).map(([, rung]) => rung);
}

type Disturbing = Omit<ProbePlan, 'labels'>;

async function disturbingOf(
  spec: ExaminerSpec,
  setup: Setup,
  { probe, record: { id }, task }: ChosenProbe,
  { environment, images, signal, explainsProbe }: ExaminerRequest,
): Promise<Disturbing> {
  const own = await setup.subjectFor({ kind: 'probe', id, name: id });
  if (task !== undefined && own.task !== task) {
    throw errors.probeTask({ probe: id, task, found: `a model read as ${own.task}` });
  }
  const { preprocessing } = setup.preprocessing;
  const request: ProbeRequest = {
    ...{ subject: pixelSubjectOf(own, preprocessing), seed: spec.seed, signal },
    names: { model: modelRecord(setup.opened).name, dataset: images.record.name },
    ...(spec.target !== 'predicted' && { target: watchedBy(spec.target, own) }),
  };
  const named = explainsProbe ? setup.explainers[0] : undefined;
  return {
    ...{ probe, preprocessing, onlyCorrect: false, codec: environment.codec },
    ...(task !== undefined && { task }),
    request: { ...request, ...(named && { explainer: probeExplainer(named, request, preprocessing) }) },
  };
}

/** By itself, so that the picture is an example whatever others there are. */
async function disturb(plan: Disturbing, item: ChosenImage, labels: LabelIndex, random: SeededRandom) {
  const pictures = new Map<string, Parameters<NonNullable<ProbeRequest['keep']>>[2]>();
  const keep: ProbeRequest['keep'] = async (_, name, pixels) => void pictures.set(name, pixels);
  const experiment = probeExperiment({ ...plan, labels, request: { ...plan.request, keep } });
  const rows = await experiment.rows(item, random);
  return { rows, kept: { pictures, summary: await experiment.summarise(each(rows)) } };
}
