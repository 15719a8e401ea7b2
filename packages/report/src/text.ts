export { claimsText } from './text/claims.ts';
export type {
  CompletedCommand,
  CompletedOption,
  CompletedProgram,
  CompletedValues,
} from './text/completion/completed-program.ts';
export { completionScript, shells, type Shell } from './text/completion/completion-script.ts';
export { columns, percent, type Style } from './text/columns.ts';
export { comparisonText } from './text/comparison.ts';
export { diagnosisText } from './text/diagnosis.ts';
export { evaluationText } from './text/evaluation.ts';
export { backendsText, describePreprocessing, headline, imageText } from './text/explanation.ts';
export { probeText } from './text/probe.ts';
export { queueText } from './text/queue.ts';
export { studyTexts } from './text/study.ts';
