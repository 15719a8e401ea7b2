export { renderAttack, type AttackRun } from './attack-report/render-attack.ts';
export { stepsText } from './attack-report/tables.ts';
export { renderEvaluation, type EvaluationRun } from './evaluation-report/render-evaluation.ts';
export { standalone, type Figure } from './figures/figure.ts';
export { renderProbe, type ProbeRun } from './probe-report/render-probe.ts';
export * from './render-report.ts';
export type { RecordOfRun, RenderedReport, ReportedRun, ReportOptions } from './reported-run.ts';
