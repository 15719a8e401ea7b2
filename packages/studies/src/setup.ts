// The steps of a study one by one: for commands that open a model without a study.
export { modelRecord, versionsOf } from './common/record.ts';
export type { UsedBackend } from './evaluation/evaluation-rows.ts';
export { drawMap } from './explanation/draw-map.ts';
export { explainImages, type ExplainImagesRequest } from './explanation/explain-images.ts';
export { ImageRecords, writeMap } from './explanation/explanation-record.ts';
export { slotsOf } from './explanation/targets.ts';
export { Models } from './setup/models.ts';
export { classifierOf, openModel } from './setup/open-model.ts';
export { assumedNote, choosePreprocessing } from './setup/preprocessing.ts';
export { setUp, withPlugins, type SetupSpec } from './setup/setup.ts';
