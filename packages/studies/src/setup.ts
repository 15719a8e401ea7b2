// The steps of a study one by one: for commands that open a model without a study.
export { modelRecord, versionsOf } from './common/record.ts';
export type { UsedBackend } from './evaluation/evaluation-rows.ts';
export { drawMap } from './explanation/draw-map.ts';
export { figure, outline, shownBoxes, type Outlined } from './explanation/figure.ts';
export { drawnOutlines } from './explanation/outlines.ts';
export { mapLegend, sheetRows, shownExplainer } from './explanation/explanation-sheet.ts';
export { explainImages, type ExplainImagesRequest } from './explanation/explain-images.ts';
export { ImageRecords, writeMap } from './explanation/explanation-record.ts';
export { prepareModel } from './explanation/prepare-model.ts';
export { targetsOf } from './common/targets.ts';
export { framedPixels } from './setup/framed-pixels.ts';
export { pixelSubjectOf } from './setup/pixel-subject-of.ts';
export { unitPixelsFor } from './setup/unit-pixels-for.ts';
export { selectionsOf } from './spec/selections.ts';
export { Models } from './setup/models.ts';
export { openModel } from './setup/open-model.ts';
export { factsOf, openSubject } from './setup/open-subject.ts';
export { readingsOf } from './setup/recognise.ts';
export { assumedNote } from './setup/preprocessing.ts';
export { skippedNote } from './setup/all-explainers.ts';
export { setUp, withPlugins, type Setup, type SetupSpec } from './setup/setup.ts';
export {
  applicabilityOf,
  operatorsOf,
  reachOf,
  type ApplicabilityRecord,
  type OperatorRecord,
  type ReachRecord,
} from './setup/examine-model.ts';
export { inspectModel, type Inspection } from './setup/inspect-model.ts';
export { chooseAmong } from './given/choose-among.ts';
export { parseLabels } from './given/parse-labels.ts';
export { parseTable } from './given/parse-table.ts';
export { parseVocabulary } from './given/parse-vocabulary.ts';
export { uniqueNames } from './given/unique-names.ts';
