export * from './captions.ts';
export * from './middle-square.ts';
export * from './mirror.ts';
export * from './object-map.ts';
export * from './questions.ts';
export * from './render.ts';
export * from './scene.ts';
export * from './scenes.ts';
