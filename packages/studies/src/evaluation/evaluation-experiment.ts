import {
  float32,
  toFloat32,
  type Experiment,
  type HeatMap,
  type ImageClassifier,
  type Measurement,
  type Metric,
  type Prediction,
  type Tensor,
} from '@understory/core';
import type { ChosenImage, LabelIndex } from '../environment.ts';
import { boxesInInput, prepare, type Preprocessing, type RgbImage } from '@understory/imaging';
import { randomOrder, type EvaluationRow } from './evaluation-rows.ts';
import { summarise, type EvaluationSummary } from './summarise-evaluation.ts';
import type { NamedMetric } from './choose-metrics.ts';
import type { NamedExplainer } from '../explanation/explain-images.ts';
import { reasonFor } from '../common/reason-for.ts';

/** A metric with the model that it measures on, which may be opened with a backend of its own. */
export interface PlacedMetric extends NamedMetric {
  readonly classifier: ImageClassifier;
}

export interface EvaluationPlan {
  /** Makes the predictions. */
  readonly classifier: ImageClassifier;
  readonly preprocessing: Preprocessing;
  readonly explainers: readonly NamedExplainer[];
  readonly metrics: readonly PlacedMetric[];
  readonly labels: LabelIndex;
  /** The class explained: what the network predicts where undefined. */
  readonly target: 'predicted' | 'label' | number;
  readonly onlyCorrect: boolean;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Told of the maps of each image, before its rows are handed over. */
  readonly keep?: (explained: ExplainedItem) => Promise<void>;
}

/** An image with what was found before anything was measured. */
export interface ExplainedItem {
  /** What the network saw. */
  readonly picture: RgbImage;
  /** What the rows of the image have in common. */
  readonly facts: ItemFacts;
  readonly maps: readonly { readonly explainer: string; readonly map: HeatMap }[];
}

type ItemFacts = Pick<
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
      const { classifier, preprocessing, metrics, signal } = plan;
      signal.throwIfAborted();
      const image = await picture();
      const prepared = prepare(image, preprocessing);
      const feeds = classifier.feeds(prepared.tensor);
      const [prediction] = await classifier.predict(feeds);
      const known = plan.labels.indexOf(item.label);
      const facts = factsOf(plan, id, item.label, known, prediction!);
      if (facts === undefined || (plan.onlyCorrect && facts.correct !== true)) return [];

      const explained: Explained[] = [];
      for (const named of plan.explainers) explained.push(await explain(plan, named, prepared.tensor, facts.target));
      await plan.keep?.({
        picture: prepared.picture,
        facts,
        maps: explained.flatMap(({ name, map }) => (map === undefined ? [] : [{ explainer: name, map }])),
      });

      const boxes = item.boxes && [boxesInInput(item.boxes, image, preprocessing)];
      const common = { ...(boxes && { boxes }), seed: plan.seed, signal };
      const rows: EvaluationRow[] = [];
      for (const { record, metric, randomOrder: baseline, classifier: measured } of metrics) {
        const { name } = record;
        const { model } = measured;
        const own = measured === classifier ? feeds : measured.feeds(prepared.tensor);
        const request = { ...common, model, feeds: own, objective: measured.score([facts.target]) };
        for (const { name: explainer, map, reason, again } of explained) {
          const found =
            map === undefined
              ? { value: undefined, reason }
              : await measure(metric, { ...request, maps: [map], explain: again(measured) }, signal);
          rows.push(rowOf(facts, explainer, name, found));
        }
        if (baseline !== undefined) {
          const found = await measure(baseline, { ...request, maps: [noMap] }, signal);
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
  /** The same explainer on a changed model or changed pictures of a metric that measures on some classifier. */
  readonly again: (measured: ImageClassifier) => NonNullable<Parameters<Metric['evaluate']>[0]['explain']>;
}

async function explain(
  { seed, signal }: EvaluationPlan,
  { id, explainer, classifier, layer }: NamedExplainer,
  tensor: Tensor<'float32'>,
  target: number,
): Promise<Explained> {
  const asked = {
    model: classifier.model,
    feeds: classifier.feeds(tensor),
    objective: classifier.score([target]),
    ...(layer !== undefined && { layer }),
    ...{ seed, signal },
  };
  const again: Explained['again'] = (measured) => (changed) => {
    // Metrics name and type tensors as the model does that they measure, which need not be the explainer's; what they change is theirs.
    const own = changed.model === undefined ? classifier : measured;
    const [pixels] = Object.values(changed.feeds ?? {});
    return explainer.explain({
      ...asked,
      ...{ model: changed.model ?? classifier.model, objective: own.score([target]) },
      feeds: own.feeds(pixels === undefined ? tensor : float32(toFloat32(pixels), pixels.dims)),
    });
  };
  try {
    signal.throwIfAborted();
    const [map] = await explainer.explain(asked);
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

function factsOf(
  { classifier, target }: EvaluationPlan,
  item: string,
  label: string | undefined,
  known: number | undefined,
  { ranking, probabilities }: Prediction,
): ItemFacts | undefined {
  const predicted = ranking[0]!;
  const explained = target === 'predicted' ? predicted : target === 'label' ? known : target;
  if (explained === undefined) return undefined;
  return {
    item,
    label: label ?? null,
    predicted,
    predictedLabel: classifier.labels?.[predicted] ?? null,
    probability: probabilities[predicted]!,
    correct: known === undefined ? null : known === predicted,
    target: explained,
    targetLabel: classifier.labels?.[explained] ?? null,
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
