import { errors, type ProbeEstimate, type ProbeRequest, type SeededRandom } from '@understory/core';
import { modelRecord } from '../common/record.ts';
import { watchedBy } from '../probe/watched-by.ts';
import type { ChosenImage, LabelIndex } from '../environment.ts';
import type { ChosenProbe } from '../probe/choose-probe.ts';
import { probeExperiment, probeExplainer, type ProbePlan, type ProbeRow } from '../probe/probe-experiment.ts';
import { pixelSubjectOf } from '../setup/pixel-subject-of.ts';
import type { Setup } from '../setup/setup.ts';
import type { Examined } from './examination.ts';
import type { ExaminerRequest, ExaminerSpec } from './examiner.ts';

export type Disturbing = Omit<ProbePlan, 'labels'>;

export async function disturbingOf(
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
export async function disturb(plan: Disturbing, item: ChosenImage, labels: LabelIndex, random: SeededRandom) {
  const pictures = new Map<string, Parameters<NonNullable<ProbeRequest['keep']>>[2]>();
  const keep: ProbeRequest['keep'] = async (_, name, pixels) => void pictures.set(name, pixels);
  const experiment = probeExperiment({ ...plan, labels, request: { ...plan.request, keep } });
  const rows = await experiment.rows(item, random);
  return { rows, kept: { pictures, summary: await experiment.summarise(each(rows)) } };
}

/** Of a probe whose rows tell of no decisions that survive: of each condition the number that it gives first. */
export function probedOf(
  estimates: readonly ProbeEstimate[],
  rows: readonly ProbeRow[],
): Examined['examination']['probed'] {
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

export async function* each<Row>(rows: Iterable<Row>): AsyncGenerator<Row> {
  yield* rows;
}
