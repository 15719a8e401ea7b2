export { default } from './plugin.ts';
export { TfjsBackend } from './tfjs-backend.ts';
export type { TfjsModel } from './tfjs-model.ts';
export type { TfjsProgram } from './tfjs-program.ts';
