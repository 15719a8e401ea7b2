export { renderAttack, type AttackRun } from './attack-report/render-attack.ts';
export { stepsText } from './attack-report/tables.ts';
export { renderEvaluation, type EvaluationRun } from './evaluation-report/render-evaluation.ts';
export {
  ExplanationPictures,
  type ExplanationPicturesOptions,
  type PictureReader,
} from './explanation-page/explanation-pictures.ts';
export { renderExplanationPage, type ExplainedRun } from './explanation-page/render-explanation-page.ts';
export { explanationPage, type PageContent } from './explanation-page/explanation-page.ts';
export { standalone, type Figure } from './figures/figure.ts';
export {
  makeListReport,
  makeReport,
  type ListOptions,
  type MadeReport,
  type MadeStudy,
  type MakeOptions,
} from './make-report.ts';
export { readReportedRun } from './read-reported-run.ts';
export { renderStudyList, type ListedStudy, type StudyListPage } from './list-report/render-list.ts';
export { renderProbe, type ProbeRun } from './probe-report/render-probe.ts';
export * from './render-report.ts';
export type { Headline, RecordOfRun, RenderedReport, ReportedRun, ReportOptions } from './reported-run.ts';
