import { isDiagnosed, seededRandom, type Host, type UnderstoryError } from '@understory/core';
import { classLabels } from '../common/class-labels.ts';
import { datasetRecord, experimentRecord } from '../common/experiment-record.ts';
import { modelRecord } from '../common/record.ts';
import { runNotes } from '../common/run-notes.ts';
import type { Environment } from '../environment.ts';
import { studyErrors } from '../errors.ts';
import { skippedNote, slowNotes, withAll } from '../setup/all-explainers.ts';
import { setUp, withPlugins, type Setup } from '../setup/setup.ts';
import type { NamedExplainer } from '../explanation/explain-images.ts';
import { selectionsOf } from '../spec/selections.ts';
import type { EvaluationSpec } from '../spec/study-spec.ts';
import { studyOf, type Study, type StudyOptions } from '../study.ts';
import { chooseMetrics, type NamedMetric } from './choose-metrics.ts';
import { evaluationExperiment, type EvaluationPlan, type PlacedMetric } from './evaluation-experiment.ts';
import { evaluatedExplainers } from './evaluated-explainers.ts';
import type { EvaluationParameters, EvaluationRow } from './evaluation-rows.ts';
import { evaluationTables } from './evaluation-tables.ts';
import { evaluationTargetOf } from './evaluation-target.ts';
import { exampleKeeper } from './keep-example.ts';
import { measuredModel } from './measured-model.ts';
import type { EvaluationSummary } from './summarise-evaluation.ts';

export type EvaluationStudy = Study<EvaluationSpec, EvaluationRow, EvaluationSummary, EvaluationParameters>;

/** How faithful explanations are, over images; throws what setting up and choosing explainers and metrics throws. */
export async function openEvaluation(
  spec: EvaluationSpec,
  environment: Environment,
  { store, signal = new AbortController().signal, onStep }: StudyOptions = {},
): Promise<EvaluationStudy> {
  const images = await environment.chooseImages(spec.images);
  const measuresOf = (host: Host) => withAll(host, selectionsOf(spec.metrics), 'metric');
  const skipped: string[] = [];
  const asked = {
    explainers: selectionsOf(spec.explainers),
    layer: spec.layer,
    targets: spec.target,
    onSkipped: (explainer: string, error: unknown) => void skipped.push(skippedNote({ explainer, error })),
  };
  const setup = await withPlugins(spec, environment, (loaded) => {
    const others = measuresOf(loaded.host).map(({ id }) => ({ kind: 'metric' as const, id }));
    return setUp(spec, { ...asked, others }, environment, loaded);
  });
  try {
    const { host, subject, explainers, selections, preprocessing } = setup;
    setup.steps.listener = onStep;
    const { seed, batch } = spec;
    const chosen = chooseMetrics(host, {
      selections: measuresOf(host),
      preset: spec.preset,
      randomOrder: spec.randomOrder,
      ...{ batch, seed },
    });
    const metrics: PlacedMetric[] = [];
    const optional = new Set(measuresOf(host).flatMap(({ id, isOptional }) => (isOptional === true ? [id] : [])));
    for (const named of chosen) {
      try {
        metrics.push({ ...named, subject: await measuredModel(named, selections, setup) });
      } catch (error) {
        if (!optional.has(named.record.id) || !isDiagnosed(error)) throw error;
        skipped.push(skippedNote({ explainer: named.record.name, error }));
      }
    }
    const labels = classLabels(images, subject);
    const target = evaluationTargetOf(spec.target, setup);
    const openKeeper = store && (() => exampleKeeper(store, { most: spec.examples, seed, codec: environment.codec }));
    const keep = await openKeeper?.();
    const plan: EvaluationPlan = {
      ...{ subject, explainers, metrics, labels, target, seed, signal },
      preprocessing: preprocessing.preprocessing,
      onlyCorrect: spec.images.onlyCorrect === true,
      ...(keep && { keep }),
    };
    const random = seededRandom(seed);
    return {
      ...{ spec, size: images.size, tables: evaluationTables, items: () => images.items() },
      ...(images.files && { files: images.files }),
      ...studyOf(evaluationExperiment(plan), (item) => random.fork(item)),
      record: experimentRecord<EvaluationParameters>(setup, {
        ...{ seed, backends: setup.backends() },
        parameters: parametersOf(setup, { spec, images, metrics, target }),
      }),
      model: modelRecord(setup.opened),
      configuration: setup.configurationPath ?? null,
      notes: [...runNotes(setup, labels.unmapped), ...skipped, ...slowNotes(setup)],
      ...(openKeeper && { settle: async () => void (await openKeeper()) }),
      imagesOf: ({ images: count }) => count,
      faults: (summary) => faults(summary, explainers),
      close: () => setup.close(),
    };
  } catch (error) {
    await setup.close();
    throw error;
  }
}

/** Tells of explainers that have no value at all of some metric; one that came with `all` may not apply. */
function faults({ metrics }: EvaluationSummary, named: readonly NamedExplainer[]): readonly UnderstoryError[] {
  const optional = new Set(named.flatMap(({ id, isOptional }) => (isOptional === true ? [id] : [])));
  const empty = metrics.flatMap(({ metric, explainers }) =>
    explainers
      .filter(({ explainer, n }) => n === 0 && !optional.has(explainer))
      .map(({ explainer }) => `no ${metric} of ${explainer}`),
  );
  return empty.length === 0 ? [] : [studyErrors.resultsMissing({ found: empty.join(', ') })];
}

interface Decided {
  readonly spec: EvaluationSpec;
  readonly images: Awaited<ReturnType<Environment['chooseImages']>>;
  readonly metrics: readonly NamedMetric[];
  readonly target: EvaluationPlan['target'];
}

function parametersOf(setup: Setup, { spec, images, metrics, target }: Decided): EvaluationParameters {
  return {
    dataset: datasetRecord(images.record, spec.images, images.ids),
    explainers: evaluatedExplainers(setup, metrics),
    metrics: metrics.map((metric) => metric.record),
    target: recordOf(target, spec.target),
    layer: spec.layer,
    ...(spec.layout !== undefined && { layout: spec.layout }),
    layers: setup.explainers.map(({ layer }) => layer ?? null),
  };
}

/** The target as a record has it: `predicted`, `label`, the index of a class, or what was asked for. */
function recordOf(target: EvaluationPlan['target'], text: string): string | number {
  switch (target.kind) {
    case 'class':
      return target.index;
    case 'named':
      return text;
    default:
      return target.kind;
  }
}
