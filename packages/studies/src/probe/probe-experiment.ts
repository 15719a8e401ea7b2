import type { Experiment, PixelClassifier, Probe, ProbeItem, ProbeRequest, ProbeSummary } from '@understory/core';
import type { ChosenImage, LabelIndex } from '../environment.ts';
import { prepare, type Preprocessing } from '@understory/imaging';
import type { NamedExplainer } from '../explanation/explain-images.ts';
import { pixelClassifierOf } from '../setup/pixel-classifier-of.ts';
import { unitPixelsFor } from '../setup/unit-pixels-for.ts';

export interface ProbePlan {
  readonly probe: Probe;
  readonly request: ProbeRequest;
  readonly preprocessing: Preprocessing;
  readonly labels: LabelIndex;
  readonly onlyCorrect: boolean;
}

/** What a row of any probe is, as far as a run folder asks. */
export type ProbeRow = Readonly<Record<string, unknown>>;

/** Probes images as they are decoded and prepared; what the network gets wrong is passed over where only right ones count. */
export function probeExperiment({
  probe,
  request,
  preprocessing,
  labels,
  onlyCorrect,
}: ProbePlan): Experiment<ChosenImage, ProbeRow, ProbeSummary> {
  const { classifier, signal } = request;
  const experiment = probe.experiment(request) as Experiment<ProbeItem, ProbeRow, ProbeSummary>;
  return {
    async rows({ id, item, picture }, random) {
      signal?.throwIfAborted();
      const prepared = prepare(await picture(), preprocessing).picture;
      const pixels = unitPixelsFor(classifier, prepared);
      const label = labels.indexOf(item.label);
      if (onlyCorrect && !(await isRight(classifier, pixels, label))) return [];
      return experiment.rows({ id, pixels, ...(label !== undefined && { label }) }, random);
    },
    summarise: (rows) => experiment.summarise(rows),
  };
}

async function isRight(classifier: PixelClassifier, pixels: ProbeItem['pixels'], label: number | undefined) {
  if (label === undefined) return false;
  const [prediction] = await classifier.predict(pixels);
  return prediction?.ranking[0] === label;
}

/** An explainer for a probe; one that works on a model of its own is handed that one. */
export function probeExplainer(
  { id, explainer, classifier, layer }: NamedExplainer,
  request: Pick<ProbeRequest, 'classifier'>,
  preprocessing: Preprocessing,
): NonNullable<ProbeRequest['explainer']> {
  const named = { name: id, ...(layer !== undefined && { layer }) };
  const { classifier: main } = request.classifier;
  if (classifier === main) return { ...named, explainer };
  const own = pixelClassifierOf(classifier, preprocessing);
  return {
    ...named,
    explainer: {
      explain({ feeds, objective, ...asked }) {
        const pixels = feeds[main.input];
        if (pixels === undefined || objective.kind !== 'score') {
          throw new Error('a probe explains the score of a class in pictures');
        }
        return explainer.explain({
          ...asked,
          model: own.classifier.model,
          // Both models take the same pixels, under names of their own.
          feeds: { [classifier.input]: pixels },
          objective: classifier.score(objective.index.map(([index]) => index as number)),
        });
      },
    },
  };
}
