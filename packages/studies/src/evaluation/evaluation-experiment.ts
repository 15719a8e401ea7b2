import {
  float32,
  frameWithin,
  objectiveOf,
  toFloat32,
  type Answer,
  type Experiment,
  type HeatMap,
  type Measurement,
  type Metric,
  type MetricRequest,
  type Subject,
  type Target,
  type Tensors,
} from '@understory/core';
import type { ChosenImage, LabelIndex } from '../environment.ts';
import { boxesInInput, prepare, type Prepared, type Preprocessing, type RgbImage } from '@understory/imaging';
import { randomOrder, type EvaluationRow } from './evaluation-rows.ts';
import { summarise, type EvaluationSummary } from './summarise-evaluation.ts';
import type { NamedMetric } from './choose-metrics.ts';
import type { NamedExplainer } from '../explanation/explain-images.ts';
import { reasonFor } from '../common/reason-for.ts';
import { placed, targetsOf, type Targets } from '../common/targets.ts';
import { studyErrors } from '../errors.ts';
import { elsewhere } from './objective-elsewhere.ts';
import { whereabouts } from './whereabouts.ts';
import { withinPicture } from './within-picture.ts';

/** A metric with the model that it measures on, which may be opened with a backend of its own. */
export interface PlacedMetric extends NamedMetric {
  readonly subject: Subject;
}

export interface EvaluationPlan {
  /** Gives the answers. */
  readonly subject: Subject;
  readonly preprocessing: Preprocessing;
  readonly explainers: readonly NamedExplainer[];
  readonly metrics: readonly PlacedMetric[];
  readonly labels: LabelIndex;
  readonly target: EvaluationTarget;
  readonly onlyCorrect: boolean;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Told of the maps of each image, before its rows are handed over. */
  readonly keep?: (explained: ExplainedItem) => Promise<void>;
}

/**
 * What is explained: what the network says, the class of the label, a class, what a text names in each answer, or what is found in it, else what
 * the network says.
 */
export type EvaluationTarget =
  | { readonly kind: 'predicted' | 'label' }
  | { readonly kind: 'class'; readonly index: number }
  | { readonly kind: 'named'; readonly targets: Targets }
  | { readonly kind: 'found'; find(subject: Subject, said: Answer): Target | undefined };

/** An image with what was found before anything was measured. */
export interface ExplainedItem {
  /** What the network saw. */
  readonly picture: RgbImage;
  /** `[H, W]`: 1 where the picture is, 0 where it was padded. */
  readonly pixelMask: Uint8Array;
  readonly answer: Answer;
  /** What is explained. */
  readonly target: Target;
  /** What the rows of the image have in common. */
  readonly facts: ItemFacts;
  readonly maps: readonly { readonly explainer: string; readonly map: HeatMap }[];
  /** Explainers that have no map of it. */
  readonly failures: readonly { readonly explainer: string; readonly reason: string }[];
}

export type ItemFacts = Pick<
  EvaluationRow,
  'item' | 'label' | 'predicted' | 'predictedLabel' | 'probability' | 'correct' | 'target' | 'targetLabel'
>;

/**
 * Evaluates explainers by metrics, an image at a time: what it finds depends on the image and the seed alone.
 * What fails for an explainer or a metric is a row without a value that says why; an image that cannot be read or predicted throws.
 */
export function evaluationExperiment(plan: EvaluationPlan): Experiment<ChosenImage, EvaluationRow, EvaluationSummary> {
  return {
    async rows({ id, item, picture }) {
      const { subject, preprocessing, metrics, signal } = plan;
      signal.throwIfAborted();
      const image = await picture();
      const prepared = prepare(image, preprocessing);
      const masks = [prepared.pixelMask];
      const feeds = subject.feeds(prepared.tensor, masks);
      const more = plan.target.kind === 'named' ? plan.target.targets.outputs : [];
      const outputs = await subject.model.run(feeds, [...subject.reads, ...more]);
      const [said] = subject.answersOf(outputs);
      const known = plan.labels.indexOf(item.label);
      const target = targetIn(plan, known, said!, outputs);
      if (target === undefined) return [];
      const facts = factsOf(plan, { item: id, label: item.label, known }, said!, target);
      if (plan.onlyCorrect && facts.correct !== true) return [];

      const explained: Explained[] = [];
      for (const named of plan.explainers) explained.push(await explain(plan, named, prepared, target));
      await plan.keep?.({
        picture: prepared.picture,
        pixelMask: prepared.pixelMask,
        answer: said!,
        target,
        facts,
        maps: explained.flatMap(({ name, map }) => (map === undefined ? [] : [{ explainer: name, map }])),
        failures: explained.flatMap(({ name, map, reason }) =>
          map === undefined ? [{ explainer: name, reason }] : [],
        ),
      });

      const labelled = item.boxes && boxesInInput(item.boxes, image, preprocessing);
      const common = { ...whereabouts(target, labelled, prepared.picture), seed: plan.seed, signal };
      const frame = frameWithin(prepared.picture, prepared.pixelMask);
      const rows: EvaluationRow[] = [];
      for (const { record, metric, randomOrder: baseline, subject: measured } of metrics) {
        const { name } = record;
        const { model } = measured;
        const own = measured === subject ? feeds : measured.feeds(prepared.tensor, masks);
        const measuredTarget = placed(target, measured, subject);
        const request = {
          ...{ ...common, model, feeds: own, image: measured.picture.name, objective: objectiveOf([measuredTarget]) },
          ...probabilityOf(measured, measuredTarget),
        };
        for (const { name: explainer, map, reason, again } of explained) {
          const found =
            map === undefined
              ? { value: undefined, reason }
              : await measure(
                  metric,
                  withinPicture({ ...request, maps: [map], explain: again(measured) }, frame),
                  signal,
                );
          rows.push(rowOf(facts, explainer, name, found));
        }
        if (baseline !== undefined) {
          const found = await measure(baseline, withinPicture({ ...request, maps: [noMap] }, frame), signal);
          rows.push(rowOf(facts, randomOrder, name, found));
        }
      }
      return rows;
    },

    async summarise(rows) {
      const metrics = plan.metrics.map(({ record }) => record);
      const order = plan.explainers.map(({ id }) => id);
      return (await summarise(rows, { metrics, order, seed: plan.seed })).summary;
    },
  };
}

/** Stands where a metric asks for a map and does not look at it. */
const noMap: HeatMap = { height: 1, width: 1, data: new Float32Array(1) };

interface Explained {
  readonly name: string;
  /** Undefined where the explainer failed; `reason` says why. */
  readonly map: HeatMap | undefined;
  readonly reason: string;
  /** The same explainer on a changed model or changed pictures of a metric that measures on some subject. */
  readonly again: (measured: Subject) => NonNullable<Parameters<Metric['evaluate']>[0]['explain']>;
}

async function explain(
  { seed, signal, subject: asked }: EvaluationPlan,
  { id, explainer, subject, layer }: NamedExplainer,
  { tensor, pixelMask }: Pick<Prepared, 'tensor' | 'pixelMask'>,
  target: Target,
): Promise<Explained> {
  const objectiveFor = (own: Subject) => objectiveOf([placed(target, own, asked)]);
  const request = {
    model: subject.model,
    feeds: subject.feeds(tensor, [pixelMask]),
    image: subject.picture.name,
    objective: objectiveFor(subject),
    ...(layer !== undefined && { layer }),
    ...{ seed, signal },
  };
  const again: Explained['again'] = (measured) => (changed) => {
    // Metrics name and type tensors as the model does that they measure, which need not be the explainer's; what they change is theirs.
    const own = changed.model === undefined ? subject : measured;
    const objective = changed.objective === undefined ? objectiveFor(own) : elsewhere(changed.objective, measured, own);
    const pixels = changed.feeds?.[measured.picture.name];
    const changedTensor = pixels === undefined ? tensor : float32(toFloat32(pixels), pixels.dims);
    return explainer.explain({
      ...request,
      ...{ model: changed.model ?? subject.model, objective },
      image: own.picture.name,
      feeds: own.feeds(
        changedTensor,
        Array.from({ length: changedTensor.dims[0]! }, () => pixelMask),
      ),
    });
  };
  try {
    signal.throwIfAborted();
    const [map] = await explainer.explain(request);
    return { name: id, map, reason: '', again };
  } catch (error) {
    signal.throwIfAborted();
    return { name: id, map: undefined, reason: reasonFor(error), again };
  }
}

async function measure(
  metric: Metric,
  request: Parameters<Metric['evaluate']>[0],
  signal: AbortSignal,
): Promise<Measurement> {
  try {
    signal.throwIfAborted();
    const [found] = await metric.evaluate(request);
    return found!;
  } catch (error) {
    signal.throwIfAborted();
    return { value: undefined, reason: reasonFor(error) };
  }
}

/** What is explained in an answer; undefined where that is the class of the label and there is none. */
function targetIn(
  { subject, target }: EvaluationPlan,
  known: number | undefined,
  said: Answer,
  outputs: Tensors,
): Target | undefined {
  switch (target.kind) {
    case 'label':
      return known === undefined ? undefined : classTarget(subject, known, said);
    case 'class':
      return classTarget(subject, target.index, said);
    case 'predicted':
      if (said.classes !== undefined) return classTarget(subject, said.classes.decision, said);
      return bestIn(subject, said, outputs);
    case 'found':
      return target.find(subject, said) ?? bestIn(subject, said, outputs);
    case 'named': {
      const [only, ...others] = target.targets.of(said, outputs);
      if (only !== undefined && others.length === 0) return only.target;
      throw studyErrors.classInvalid({
        found: `${others.length + (only === undefined ? 0 : 1)} targets`,
        expected: 'one target a picture',
      });
    }
  }
}

/** What a network says first. */
function bestIn(subject: Subject, said: Answer, outputs: Tensors): Target {
  return targetsOf('top1', subject).of(said, outputs)[0]!.target;
}

function classTarget(subject: Subject, index: number, said: Answer): Target {
  return subject.targets(`${index}`, said)![0]!;
}

/** Of a target that has none it throws SCORE_NOT_A_CLASS when it is asked for: the number alone does not tell what it is of. */
function probabilityOf(subject: Subject, target: Target): Required<Pick<MetricRequest, 'probability'>> {
  return {
    probability(outputs, samples) {
      const targets = samples.map(() => target);
      const found = subject.probabilities?.(targets, outputs);
      if (found === undefined) throw studyErrors.noProbability({ target: target.words, task: subject.task });
      return found;
    },
  };
}

function factsOf(
  { subject: { labels } }: EvaluationPlan,
  {
    item,
    label,
    known,
  }: { readonly item: string; readonly label: string | undefined; readonly known: number | undefined },
  { classes, decision, probability }: Answer,
  target: Target,
): ItemFacts {
  const common = { item, label: label ?? null };
  if (classes === undefined) {
    return {
      ...common,
      ...{ predicted: null, predictedLabel: decision, probability: probability ?? null, correct: null },
      ...{ target: null, targetLabel: target.label === null ? target.words : `${target.words} (${target.label})` },
    };
  }
  const { decision: predicted, probabilities } = classes;
  return {
    ...common,
    predicted,
    predictedLabel: labels?.[predicted] ?? null,
    probability: probabilities[predicted]!,
    correct: known === undefined ? null : known === predicted,
    target: target.classIndex ?? null,
    targetLabel: target.label,
  };
}

function rowOf(
  facts: ItemFacts,
  explainer: string,
  metric: string,
  { value, reason, curve, details }: Measurement,
): EvaluationRow {
  return {
    ...facts,
    explainer,
    metric,
    value: value ?? null,
    reason: value === undefined ? (reason ?? 'no reason given') : null,
    curve: curve ?? null,
    details: details ?? null,
  };
}
