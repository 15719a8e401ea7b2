import { isDiagnosed, messageOf, seededRandom } from '@understory/core';
import type { ChosenImages } from '../environment.ts';
import { chooseMetrics } from '../evaluation/choose-metrics.ts';
import type { PlacedMetric } from '../evaluation/evaluation-experiment.ts';
import { measuredModel } from '../evaluation/measured-model.ts';
import { chooseProbe, type ChosenProbe } from '../probe/choose-probe.ts';
import type { Setup } from '../setup/setup.ts';
import { selectionOf, selectionsOf } from '../spec/selections.ts';
import { askedTextOf } from './asked-text.ts';
import type { LeftOut } from './examination.ts';
import { suitedProbe } from './suited-probe.ts';
import type { ExaminerRequest, ExaminerSpec } from './examiner.ts';

/** The probe that is asked for, or the one that suits the model and the images; undefined where there is to be none. */
export async function probeOf(
  spec: ExaminerSpec,
  { host, subject }: Setup,
  { images, usualProbe }: ExaminerRequest,
): Promise<ChosenProbe | undefined> {
  if (spec.probe === null) return undefined;
  const named = spec.probe ?? (await suitedProbe(host, subject, { images, usual: usualProbe }));
  return chooseProbe(host, { probe: selectionOf(named, 'probe'), batch: spec.batch });
}

/** The metrics that the model allows; where a metric needs weights that can be re-initialised it may have none. */
export async function metricsOf(
  spec: ExaminerSpec,
  setup: Setup,
  leftOut: LeftOut[],
): Promise<readonly PlacedMetric[]> {
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

/** Throws what the subject throws without a text, such as CAPTIONS_MISSING, where no image brings one. */
export async function checkAsked({ subject }: Setup, images: ChosenImages): Promise<void> {
  for await (const { item } of images.items()) {
    if (askedTextOf(item, subject.task, seededRandom(0)) !== undefined) return;
  }
  subject.targets('top1', { options: [], decision: '', probability: undefined });
}
