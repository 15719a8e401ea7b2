import {
  type Experiment,
  type PixelSubject,
  type Probe,
  type ProbeItem,
  type ProbeRequest,
  type ProbeSummary,
  type Tensor,
} from '@understory/core';
import type { ChosenImage, LabelIndex } from '../environment.ts';
import { prepare, type Preprocessing } from '@understory/imaging';
import type { NamedExplainer } from '../explanation/explain-images.ts';
import { studyErrors } from '../errors.ts';
import { pixelSubjectOf } from '../setup/pixel-subject-of.ts';
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
  const { subject, signal } = request;
  const experiment = probe.experiment(request) as Experiment<ProbeItem, ProbeRow, ProbeSummary>;
  return {
    async rows({ id, item, picture }, random) {
      signal?.throwIfAborted();
      const prepared = prepare(await picture(), preprocessing).picture;
      const pixels = unitPixelsFor(subject, prepared);
      const label = labels.indexOf(item.label);
      if (onlyCorrect && !(await isRight(subject, pixels, label))) return [];
      return experiment.rows({ id, pixels, ...(label !== undefined && { label }) }, random);
    },
    summarise: (rows) => experiment.summarise(rows),
  };
}

async function isRight(subject: PixelSubject, pixels: ProbeItem['pixels'], label: number | undefined) {
  if (label === undefined) return false;
  const [said] = await subject.answer(pixels);
  return said?.classes?.decision === label;
}

/** An explainer for a probe; one that works on a model of its own is handed that one. */
export function probeExplainer(
  { id, explainer, subject, layer }: NamedExplainer,
  request: Pick<ProbeRequest, 'subject'>,
  preprocessing: Preprocessing,
): NonNullable<ProbeRequest['explainer']> {
  const named = { name: id, ...(layer !== undefined && { layer }) };
  const { subject: main } = request.subject;
  if (subject === main) return { ...named, explainer };
  const own = pixelSubjectOf(subject, preprocessing);
  return {
    ...named,
    explainer: {
      explain({ feeds, objective, ...asked }) {
        const pixels = feeds[main.picture.name];
        const classes = own.subject.classes;
        if (pixels === undefined || objective.kind !== 'score' || classes === undefined) {
          throw studyErrors.backendsDisagree({
            backends: [main.model.origin.backend, subject.model.origin.backend],
            ...{ what: 'targets', found: 'a target that is no class' },
          });
        }
        return explainer.explain({
          ...asked,
          model: own.subject.model,
          // Both models take the same pixels, under names of their own.
          feeds: { ...own.subject.feeds(pixels as Tensor<'float32'>) },
          image: own.subject.picture.name,
          objective: classes.objective(objective.index.map(([index]) => index as number)),
        });
      },
    },
  };
}
