export * from '@understory/studies';
export * from '@understory/studies';
export { renderAttack, type AttackRun } from './attack-report/render-attack.ts';
export { stepsText } from './attack-report/tables.ts';
export * from '@understory/studies';
export * from './chosen-examples.ts';
export { exampleFolder, readExampleRecords, type ExampleRecord } from './examples.ts';
export * from './file-name.ts';
export { fileSafe } from './file-safe.ts';
export { standalone, toPng, type Figure } from './figures/figure.ts';
export { count, number, percent, percentRange, probability, range } from './numbers.ts';
export { paperAreasFor, type PaperAreas, type PaperAttack } from '@understory/studies';
export { probePictureFolder, probePicturePath } from '@understory/studies';
export * from '@understory/studies';
export { renderEvaluation, type EvaluationRun } from './evaluation-report/render-evaluation.ts';
export { renderProbe, type ProbeRun } from './probe-report/render-probe.ts';
export * from './render-report.ts';
export type { RecordOfRun, RenderedReport, ReportedRun } from './reported-run.ts';
export { exampleFile, readStoredExamples, type OnProblem, type StoredExample } from './stored-examples.ts';
export {
  meanText,
  splitComparisons,
  summarise,
  verdict,
  type Comparison,
  type EvaluationSummary,
  type ExplainerSummary,
  type MetricSummary,
} from '@understory/studies';
export * from '@understory/studies';
