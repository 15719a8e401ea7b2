import type { ProbeSummary, Store } from '@understory/core';
import { readRun } from '@understory/experiments';
import type { Preprocessing } from '@understory/imaging';
import type {
  AnyStudy,
  AttackRow,
  AttackStudy,
  AttackSummary,
  ComparisonSummary,
  DiagnosisSummary,
  EvaluationStudy,
  EvaluationSummary,
  ImageRecord,
  VisualisationSummary,
} from '@understory/studies';
import { attackText, attackedImageText } from './attack.ts';
import type { Style } from './columns.ts';
import { comparisonText } from './comparison.ts';
import { diagnosisText } from './diagnosis.ts';
import { evaluationText } from './evaluation.ts';
import { imageText } from './explanation.ts';
import { probeText } from './probe.ts';
import { visualisationText } from './visualisation.ts';

interface Told {
  /** The run folder as people write it, and its files. */
  readonly out: string;
  readonly store: Store;
  readonly style: Style;
}

/** What is told of a study's result. */
export interface StudyTexts {
  /** What images could not be: evaluated, probed. */
  readonly done: string;
  text(summary: unknown, told: Told): string | Promise<string>;
  /** What --json has beside the record and the summary. */
  details?(store: Store): Promise<object>;
}

/** The texts of a study of any kind. */
export function studyTexts(study: AnyStudy): StudyTexts {
  switch (study.spec.study) {
    case 'evaluate':
      return evaluationTexts(study as unknown as EvaluationStudy);
    case 'attack':
      return attackTexts(study as unknown as AttackStudy);
    case 'probe':
      return {
        done: 'probed',
        text: (summary, { style }) => `\n${probeText(summary as ProbeSummary, style)}`,
      };
    case 'compare':
      return {
        done: 'compared',
        text: (summary, { style }) => `\n${comparisonText(summary as ComparisonSummary, style)}`,
      };
    case 'diagnose':
      return {
        done: 'diagnosed',
        text: (summary, { style }) => `\n${diagnosisText(summary as DiagnosisSummary, style)}`,
      };
    case 'visualise':
      return {
        done: 'visualised',
        text: (summary, { style }) => `\n${visualisationText(summary as VisualisationSummary, style)}`,
      };
    case 'explain':
      return explanationTexts;
  }
}

const explanationTexts: StudyTexts = {
  done: 'explained',
  async text(_, { store, style }) {
    return (await rowsOf<ImageRecord>(store)).map((row) => imageText(row, style)).join('');
  },
  details: async (store) => ({ images: await rowsOf<ImageRecord>(store) }),
};

function evaluationTexts({ record }: EvaluationStudy): StudyTexts {
  return {
    done: 'evaluated',
    text: (summary, { style }) => `\n${evaluationText(summary as EvaluationSummary, record.parameters, style)}`,
  };
}

function attackTexts({ record, files, size, saved }: AttackStudy): StudyTexts {
  return {
    done: 'attacked',
    async text(summary, { out, store, style }) {
      const told: string[] = [];
      const rows = files === undefined ? [] : await rowsOf<AttackRow>(store);
      for (const { name, path } of files ?? []) {
        const own = rows.filter(({ item }) => item === name);
        if (own.length > 0) told.push(attackedImageText(path, own, { out, saved: saved === 'all', style }));
      }
      if (size > 1 || files === undefined) told.push(attackText(summary as AttackSummary, record, style));
      if (saved === 'all' && isScaledAgain(record.preprocessing)) told.push(scaledAgain);
      return told.map((text) => `\n${text}`).join('');
    },
    async details(store) {
      if (files === undefined) return {};
      return { images: (await rowsOf<AttackRow>(store)).map(({ trajectory: _, ...row }) => row) };
    },
  };
}

const scaledAgain =
  'Adversarial images have the size that the network sees; with --resize none they are not scaled again.\n';

/** Whether a picture that has the size of the network's input already would be changed. */
function isScaledAgain({ resize, crop }: Preprocessing): boolean {
  return resize?.kind === 'shorterSide' && crop !== undefined && resize.length !== Math.min(crop.width, crop.height);
}

async function rowsOf<Row>(store: Store): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const row of (await readRun<Row>(store)).rows()) rows.push(row);
  return rows;
}
