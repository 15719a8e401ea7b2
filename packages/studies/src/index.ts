export type { AttackExample, AttackExampleRecord, AttackRecord, AttackRow, RunAttack } from './attack/attack-rows.ts';
export type { AttackStudy } from './attack/open-attack.ts';
export type {
  AttackComparison,
  AttackOutcome,
  AttackSummary,
  MeanEstimate,
  Share,
  SweepCurve,
} from './attack/summarise-attack.ts';
export type { ComparisonExample } from './comparison/comparison-example.ts';
export type { ComparisonRecord, ComparisonRow } from './comparison/comparison-rows.ts';
export type {
  BlindnessComparison,
  ComparisonSummary,
  MapAgreement,
  MeasureComparison,
  ToleranceResult,
  TransferRate,
} from './comparison/comparison-summary.ts';
export type { ComparisonStudy } from './comparison/open-comparison.ts';
export type { DiagnosisExample } from './diagnosis/diagnosis-example.ts';
export type { DiagnosisRecord, DiagnosisRow } from './diagnosis/diagnosis-rows.ts';
export type { DiagnosisStudy } from './diagnosis/open-diagnosis.ts';
export type { DiagnosisSummary, DiagnosisVerdict } from './diagnosis/diagnosis-summary.ts';
export type { Examination } from './examination/examination.ts';
export type { ModelRecord } from './common/record.ts';
export { Steps, type Step } from './common/steps.ts';
export type {
  ChosenImage,
  ChosenImages,
  Environment,
  LoadedPlugins,
  NamedImage,
  PluginRequest,
  TargetReference,
  TargetReferenceRequest,
} from './environment.ts';
export { studyErrors } from './errors.ts';
export type {
  EvaluatedMetric,
  EvaluationParameters,
  EvaluationRecord,
  EvaluationRow,
  FailedItem,
} from './evaluation/evaluation-rows.ts';
export type { ExampleRecord } from './evaluation/example-record.ts';
export type { MeanCurve } from './evaluation/mean-curve.ts';
export type { EvaluationStudy } from './evaluation/open-evaluation.ts';
export type { Comparison, EvaluationSummary, MetricSummary } from './evaluation/summarise-evaluation.ts';
export type { NamedExplainer, Outcome } from './explanation/explain-images.ts';
export type {
  AnswerRecord,
  ExplainedRecord,
  ImageRecord,
  MapRecord,
  ScoreRecord,
  WordsRecord,
} from './explanation/explanation-record.ts';
export {
  openExplanation,
  type ExplanationEvent,
  type ExplanationStudy,
  type ExplanationSummary,
} from './explanation/open-explanation.ts';
export type { ShownImage } from './explanation/shown-image.ts';
export { openExecutor, type ExecutorChoice, type Workers } from './execution/open-executor.ts';
export { serveStudies, sharedWork, type SentStudy, type Service } from './execution/serve-studies.ts';
export { studyProof } from './execution/study-proof.ts';
export { openStudyWork } from './execution/study-work.ts';
export { openStudy, type AnyStudy } from './open-study.ts';
export type { ProbeRecord } from './probe/probe-rows.ts';
export { runOpened, runStudy } from './run-study.ts';
export type { PreprocessingOptions, SizeOption } from './setup/preprocessing.ts';
export type { Claim, ClaimTest, Material, Omission, ReportedNumber, Role, Statistic } from './spec/claim-spec.ts';
export type { GivenRoles } from './spec/resolve-roles.ts';
export { parseStudyFile, parseStudySpec, studyJsonSchema } from './spec/parse-spec.ts';
export { readStudyList, writeStudyList, type StoredStudyList, type StudyFailure } from './spec/study-list.ts';
export {
  listFiles,
  specVersion,
  type ImagesSpec,
  type SelectionSpec,
  type StudyFile,
  type StudySpec,
  type StudySpecInput,
} from './spec/study-spec.ts';
export type { VisualisationStudy } from './visualisation/open-visualisation.ts';
export type {
  VisualisationGroup,
  VisualisationRecord,
  VisualisationRow,
  VisualisationSummary,
} from './visualisation/visualisation-rows.ts';
export type { ArtifactStore } from './artifact-store.ts';
export type { Study, StudyOptions } from './study.ts';
