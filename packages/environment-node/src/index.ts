export * from './choose-backends.ts';
export * from './choose-images.ts';
export * from './dataset-selection.ts';
export * from './find-images.ts';
export * from './glob.ts';
export * from './index.ts';
export * from './load-plugins.ts';
export * from './read-image.ts';
