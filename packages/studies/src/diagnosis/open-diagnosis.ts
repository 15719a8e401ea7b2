import { seededRandom, type AnswerOption, type SeededRandom } from '@understory/core';
import { classLabels } from '../common/class-labels.ts';
import { datasetRecord, experimentRecord } from '../common/experiment-record.ts';
import { modelRecord } from '../common/record.ts';
import { runNotes } from '../common/run-notes.ts';
import { alike, mapPair } from '../comparison/map-pair.ts';
import type { ChosenImage, Environment } from '../environment.ts';
import { evaluationTargetOf } from '../evaluation/evaluation-target.ts';
import { maskOf, type Examined, type ExaminedWith } from '../examination/examination.ts';
import { openExaminer } from '../examination/open-examiner.ts';
import type { Setup } from '../setup/setup.ts';
import type { DiagnosisSpec } from '../spec/study-spec.ts';
import { studyOf, type Study, type StudyOptions } from '../study.ts';
import type { DiagnosisRecord, DiagnosisRow, Flip } from './diagnosis-rows.ts';
import type { DiagnosisSummary } from './diagnosis-summary.ts';
import { diagnosisTables } from './diagnosis-tables.ts';
import { diagnosisKeeper } from './keep-diagnosis.ts';
import { summariseDiagnosis } from './summarise-diagnosis.ts';

const usualProbe = 'shuffle:grid=2+4+8,permutations=5';

export type DiagnosisStudy = Study<DiagnosisSpec, DiagnosisRow, DiagnosisSummary, DiagnosisRecord['parameters']>;

/** All that can be asked of a network about one picture, or about many; throws what setting up and choosing parts throws. */
export async function openDiagnosis(
  spec: DiagnosisSpec,
  environment: Environment,
  { store, signal = new AbortController().signal, onStep }: StudyOptions = {},
): Promise<DiagnosisStudy> {
  const images = await environment.chooseImages(spec.images);
  const examiner = await openExaminer(spec, { environment, images, signal, onStep, explainsProbe: true, usualProbe });
  const { setup, parts, leftOut } = examiner;
  const close = () => examiner.close();
  try {
    const { seed, examples, layer } = spec;
    const labels = classLabels(images, setup.subject);
    const asked = {
      ...{ target: evaluationTargetOf(spec.target, setup), labels },
      onlyCorrect: spec.images.onlyCorrect === true,
    };
    const baselines = baselinesOf(setup);
    const openKeeper =
      store &&
      (() => diagnosisKeeper(store, { most: examples, seed, codec: environment.codec, attacks: parts.attacks }));
    const keep = await openKeeper?.();
    const random = seededRandom(seed);
    const experiment = {
      async rows(item: ChosenImage, own: SeededRandom): Promise<readonly DiagnosisRow[]> {
        const examined = await examiner.examine(item, own, asked);
        if (examined === undefined) return [];
        const row = rowOf(item, examined, parts);
        await keep?.({ row, examined });
        return [row];
      },
      summarise: (rows: AsyncIterable<DiagnosisRow>) =>
        summariseDiagnosis(rows, { ...parts, baselines, seed, probe: (all) => examiner.summariseProbe(all) }),
    };
    return {
      ...{ spec, close, size: images.size, tables: diagnosisTables, items: () => images.items() },
      ...(images.files && { files: images.files }),
      ...studyOf(experiment, (item) => random.fork(item)),
      record: experimentRecord<DiagnosisRecord['parameters']>(setup, {
        ...{ seed, backends: setup.backends() },
        parameters: {
          kind: 'diagnosis',
          dataset: datasetRecord(images.record, spec.images, images.ids),
          ...parts,
          ...{ baselines, leftOut, target: spec.target, layer },
          layers: setup.explainers.map((each) => each.layer ?? null),
        },
      }),
      model: modelRecord(setup.opened),
      configuration: setup.configurationPath ?? null,
      notes: [...runNotes(setup, labels.unmapped), ...leftOut.map(({ what, reason }) => `without ${what}: ${reason}`)],
      imagesOf: ({ images: count }) => count,
      ...(openKeeper && { settle: async () => void (await openKeeper()) }),
      faults: () => [],
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The explainers of a run that do not look at the network, as rows name them. */
function baselinesOf(setup: Setup): readonly string[] {
  const known = new Set(
    setup.host.list('explainer').flatMap(({ id, isBaseline }) => (isBaseline === true ? [id] : [])),
  );
  return setup.explainers.filter((_, at) => known.has(setup.selections[at]!.id)).map(({ id }) => id);
}

function rowOf({ id, item }: ChosenImage, examined: Examined, { attacks }: ExaminedWith): DiagnosisRow {
  const { answer, examination, maps } = examined;
  const [best, next] = answer.options;
  // What a network finds beside each other, such as boxes and regions, does not compete; classes, captions and answers do.
  const isOneOfMany = (option: AnswerOption | undefined) => option?.box === undefined && option?.share === undefined;
  const sum = answer.options.reduce((all, { probability = 0 }) => all + probability, 0);
  const competes = answer.classes !== undefined || (isOneOfMany(best) && isOneOfMany(next) && sum < 1.001);
  const isKnown = competes && best?.probability !== undefined && next?.probability !== undefined;
  return {
    ...{ item: id, label: item.label ?? null, decision: answer.decision },
    ...examination,
    // Steps of attacks are for runs of their own.
    attacks: examination.attacks.map((row) => ({ ...row, trajectory: null })),
    margin: isKnown ? best.probability! - next.probability! : null,
    similarities: maps.flatMap(({ explainer: first, map }, at) =>
      maps.slice(at + 1).map(({ explainer: second, map: other }) => {
        const isFinite = [map, other].every(({ data }) => data.every(Number.isFinite));
        const pair = isFinite ? mapPair(first, map, other) : undefined;
        return { first, second, correlation: (pair && alike(pair.first, pair.second).correlation) ?? null };
      }),
    ),
    flips: flipsOf(examined, attacks),
  };
}

/** Of masks whose attacks were made; one that refuses says why in its row. */
function flipsOf({ attacked, examination }: Examined, attacks: ExaminedWith['attacks']): readonly Flip[] {
  const attempts = attacked.flatMap((each) => each.attempts);
  const masks = [...new Set(attacks.map(maskOf))];
  return masks.flatMap((mask): readonly Flip[] => {
    const rows = examination.attacks.filter(({ attack }) => maskOf({ name: attack }) === mask);
    if (rows.length === 0 || rows.some(({ success }) => success === null)) return [];
    const flip = attempts.find(({ row }) => row.success === true && maskOf({ name: row.attack }) === mask);
    if (flip === undefined) return [{ mask, epsilon: null, decision: null, probability: null }];
    const { decision, classes, probability } = flip.look.answer;
    return [
      {
        mask,
        epsilon: attacks.find(({ name }) => name === flip.row.attack)!.budget.epsilon,
        decision,
        probability: (classes === undefined ? probability : classes.probabilities[classes.decision]) ?? null,
      },
    ];
  });
}
