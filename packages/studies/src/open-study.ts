import { openAttack, type AttackStudy } from './attack/open-attack.ts';
import { openComparison, type ComparisonStudy } from './comparison/open-comparison.ts';
import { openDiagnosis, type DiagnosisStudy } from './diagnosis/open-diagnosis.ts';
import type { Environment } from './environment.ts';
import { openEvaluation, type EvaluationStudy } from './evaluation/open-evaluation.ts';
import { openExplanation, type ExplanationStudy } from './explanation/open-explanation.ts';
import { openProbe, type ProbeStudy } from './probe/open-probe.ts';
import type {
  AttackSpec,
  ComparisonSpec,
  DiagnosisSpec,
  EvaluationSpec,
  ExplanationSpec,
  ProbeSpec,
  StudySpec,
  VisualisationSpec,
} from './spec/study-spec.ts';
import { openVisualisation, type VisualisationStudy } from './visualisation/open-visualisation.ts';
import type { Study, StudyOptions } from './study.ts';

/** A study of a kind that the caller does not look at. */
export type AnyStudy<Row = unknown, Summary = unknown> = Study<StudySpec, Row, Summary>;

/** Opens whatever a spec asks for; throws what opening a study of its kind throws. */
export function openStudy(
  spec: ExplanationSpec,
  environment: Environment,
  options?: StudyOptions,
): Promise<ExplanationStudy>;
export function openStudy(
  spec: EvaluationSpec,
  environment: Environment,
  options?: StudyOptions,
): Promise<EvaluationStudy>;
export function openStudy(spec: AttackSpec, environment: Environment, options?: StudyOptions): Promise<AttackStudy>;
export function openStudy(spec: ProbeSpec, environment: Environment, options?: StudyOptions): Promise<ProbeStudy>;
export function openStudy(
  spec: ComparisonSpec,
  environment: Environment,
  options?: StudyOptions,
): Promise<ComparisonStudy>;
export function openStudy(
  spec: DiagnosisSpec,
  environment: Environment,
  options?: StudyOptions,
): Promise<DiagnosisStudy>;
export function openStudy(
  spec: VisualisationSpec,
  environment: Environment,
  options?: StudyOptions,
): Promise<VisualisationStudy>;
export function openStudy(spec: StudySpec, environment: Environment, options?: StudyOptions): Promise<AnyStudy>;
export async function openStudy(spec: StudySpec, environment: Environment, options: StudyOptions = {}) {
  switch (spec.study) {
    case 'explain':
      return openExplanation(spec, environment, options);
    case 'evaluate':
      return openEvaluation(spec, environment, options);
    case 'attack':
      return openAttack(spec, environment, options);
    case 'probe':
      return openProbe(spec, environment, options);
    case 'compare':
      return openComparison(spec, environment, options);
    case 'diagnose':
      return openDiagnosis(spec, environment, options);
    case 'visualise':
      return openVisualisation(spec, environment, options);
  }
}
