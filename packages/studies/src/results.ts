// What is read back from a run folder, and how results are put into words: for reports and commands.
export { adversarialPicture, attackExampleFolder, fileOfAttack, folderOfItem } from './attack/attack-files.ts';
export { summariseAttack } from './attack/summarise-attack.ts';
export { readComparisonExamples } from './comparison/comparison-example.ts';
export { summariseComparison } from './comparison/summarise-comparison.ts';
export {
  decideClaims,
  type ClaimVerdict,
  type DecidedClaim,
  type DecidedTest,
  type StudyResult,
} from './claims/decide-claims.ts';
export { mapCorrelations, type MapCorrelation, type MapsOfImage } from './claims/map-correlations.ts';
export { measure, type Measured } from './claims/measure.ts';
export { statisticText } from './claims/statistic-text.ts';
export { byExampleRank } from './common/chosen-examples.ts';
export { duration } from './common/duration.ts';
export { fileName } from './common/file-name.ts';
export { capitalised, count, inSentence, number, percent, percentRange, probability, range } from './common/numbers.ts';
export { paperAreasFor, type PaperAreas } from './common/paper-numbers.ts';
export { className } from './common/record.ts';
export { shortName } from './common/short-name.ts';
export { stepText } from './common/steps.ts';
export {
  asProblem,
  exampleFile,
  fileOfExample,
  readOfExample,
  type OnProblem,
  type ReadableStore,
  type StoredExample,
} from './common/stored-examples.ts';
export { readDiagnosisExamples } from './diagnosis/diagnosis-example.ts';
export { randomOrder } from './evaluation/evaluation-rows.ts';
export { readAttackExampleRecords } from './attack/attack-example-record.ts';
export { readExampleRecords } from './evaluation/example-record.ts';
export { meanText, splitComparisons, summarise, verdict } from './evaluation/summarise-evaluation.ts';
export { shortMaterial } from './spec/short-material.ts';
export { topFive } from './explanation/explanation-record.ts';
export { pictureName } from './visualisation/visualisation-sheet.ts';
export { probePicturePath } from './probe/probe-pictures.ts';
