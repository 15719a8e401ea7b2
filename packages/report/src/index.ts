export * from './attack.ts';
export * from './evaluation.ts';
export { exampleFolder, readExampleRecords, type ExampleRecord } from './examples.ts';
export { fileSafe } from './file-safe.ts';
export { standalone, toPng, type Figure } from './figures/figure.ts';
export { count, number, percent, probability, range } from './numbers.ts';
export { isThePapers, paperAreas, type PaperAttack } from './paper-numbers.ts';
export { probePictureFolder, probePicturePath } from './probe-pictures.ts';
export * from './probe.ts';
export * from './render-report.ts';
export {
  summarise,
  verdict,
  type Comparison,
  type EvaluationSummary,
  type ExplainerSummary,
  type MetricSummary,
} from './summarise.ts';
export * from './summarise-attack.ts';
