import {
  errors,
  imageTextTask,
  isDiagnosed,
  questionTask,
  seededRandom,
  type ProbeRequest,
  type ProbeSummary,
  type Selection,
} from '@understory/core';
import { classLabels } from '../common/class-labels.ts';
import { datasetRecord, experimentRecord, explainerRecord } from '../common/experiment-record.ts';
import { modelRecord } from '../common/record.ts';
import { runNotes } from '../common/run-notes.ts';
import type { ChosenImages, Environment } from '../environment.ts';
import { pixelSubjectOf } from '../setup/pixel-subject-of.ts';
import { setUp, withPlugins, type Setup } from '../setup/setup.ts';
import { selectionOf } from '../spec/selections.ts';
import type { ProbeSpec } from '../spec/study-spec.ts';
import { studyOf, type Study, type StudyOptions } from '../study.ts';
import { chooseProbe, type ChosenProbe } from './choose-probe.ts';
import { dropOtherPictures, probeKeeper } from './keep-probe.ts';
import { isAskedFor, probeExperiment, probeExplainer, type ProbeRow } from './probe-experiment.ts';
import type { ProbeRecord } from './probe-rows.ts';
import { watchedBy } from './watched-by.ts';

export type ProbeStudy = Study<ProbeSpec, ProbeRow, ProbeSummary, ProbeRecord['parameters']>;

/** A question put to a network over images; throws what setting up and choosing the probe throws. */
export async function openProbe(
  spec: ProbeSpec,
  environment: Environment,
  { store, signal = new AbortController().signal, onStep }: StudyOptions = {},
): Promise<ProbeStudy> {
  const explainer = spec.explainer === null ? undefined : selectionOf(spec.explainer, 'explainer');
  const images = await environment.chooseImages(spec.images);
  const { setup, chosen } = await setUpProbe(spec, explainer, environment);
  try {
    await checkAsked(chosen, images);
    const { subject, explainers } = setup;
    setup.steps.listener = onStep;
    const { preprocessing } = setup.preprocessing;
    const labels = classLabels(images, subject);
    const request: ProbeRequest = {
      ...{ subject: pixelSubjectOf(subject, preprocessing), seed: spec.seed, signal },
      names: { model: modelRecord(setup.opened).name, dataset: images.record.name },
      ...(spec.target !== undefined && { target: watchedBy(spec.target, subject) }),
      ...(store && { keep: probeKeeper(store, environment) }),
    };
    const [named] = explainers;
    const experiment = probeExperiment({
      ...{ probe: chosen.probe, preprocessing, labels, onlyCorrect: spec.images.onlyCorrect === true },
      ...(chosen.task !== undefined && { task: chosen.task }),
      codec: environment.codec,
      request: { ...request, ...(named && { explainer: probeExplainer(named, request, preprocessing) }) },
    });
    const random = seededRandom(spec.seed);
    return {
      ...{ spec, size: images.size, items: () => images.items() },
      ...(images.files && { files: images.files }),
      ...studyOf(experiment, (item) => random.fork(item)),
      record: experimentRecord<ProbeRecord['parameters']>(setup, {
        ...{ seed: spec.seed, backends: setup.backends() },
        parameters: parametersOf(setup, { spec, images, explainer, probe: chosen.record }),
      }),
      model: modelRecord(setup.opened),
      configuration: setup.configurationPath ?? null,
      notes: runNotes(setup, labels.unmapped),
      ...(store && { finish: (summary: ProbeSummary) => dropOtherPictures(store, summary) }),
      imagesOf: ({ images: count }) => count,
      faults: () => [],
      close: () => setup.close(),
    };
  } catch (error) {
    await setup.close();
    throw error;
  }
}

/** The probe is chosen before the model is opened. */
function setUpProbe(spec: ProbeSpec, explainer: Selection | undefined, environment: Environment) {
  return withPlugins(spec, environment, async (loaded) => {
    const { preset, batch } = spec;
    const chosen = chooseProbe(loaded.host, { probe: selectionOf(spec.probe, 'probe'), preset, batch });
    const { id } = chosen.record;
    const asked = {
      explainers: explainer === undefined ? [] : [explainer],
      layer: spec.layer,
      targets: spec.target,
      principal: { kind: 'probe' as const, id, name: id },
    };
    const { task } = chosen;
    if (task === undefined || spec.task !== undefined) {
      const setup = await setUp(spec, asked, environment, loaded);
      if (task !== undefined && setup.subject.task !== task) {
        await setup.close();
        throw errors.probeTask({ probe: id, task, found: `a model read as ${setup.subject.task}` });
      }
      return { chosen, setup };
    }
    try {
      return { chosen, setup: await setUp({ ...spec, task }, asked, environment, loaded) };
    } catch (error) {
      if (!isDiagnosed(error) || error.code !== 'SUBJECT_UNKNOWN') throw error;
      throw errors.probeTask({ probe: id, task, found: `a model with ${error.found}` });
    }
  });
}

/** Of so many images one has to have something to ask, so that a large data set of others is not read to its end. */
const mostLookedAt = 1000;

/** Throws CAPTION_TESTS_MISSING and QUESTIONS_MISSING where no image has any to ask; nothing is decoded. */
async function checkAsked({ task, record: { id: probe } }: ChosenProbe, images: ChosenImages): Promise<void> {
  if (task !== imageTextTask && task !== questionTask) return;
  let looked = 0;
  for await (const { item } of images.items()) {
    if (isAskedFor(item, task)) return;
    looked += 1;
    if (looked === mostLookedAt) break;
  }
  const { name } = images.record;
  if (task === imageTextTask) {
    throw errors.captionTestsMissing({ probe, found: `${name}, whose images have no captions` });
  }
  throw errors.questionsMissing({ probe, found: `${name}, whose images have no questions` });
}

interface Decided {
  readonly spec: ProbeSpec;
  readonly images: ChosenImages;
  readonly explainer: Selection | undefined;
  readonly probe: ChosenProbe['record'];
}

function parametersOf(setup: Setup, { spec, images, explainer, probe }: Decided): ProbeRecord['parameters'] {
  return {
    kind: 'probe',
    dataset: datasetRecord(images.record, spec.images, images.ids),
    probe,
    ...(spec.target !== undefined && { target: spec.target }),
    explainer: explainer === undefined ? null : explainerRecord(setup, explainer),
    ...(explainer !== undefined && {
      layer: spec.layer,
      ...(spec.layout !== undefined && { layout: spec.layout }),
      layers: setup.explainers.map(({ layer }) => layer ?? null),
    }),
  };
}
