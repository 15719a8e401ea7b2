export { tfjsWebPlugin } from './plugin.ts';
export { TfjsWebBackend, type TfjsWebOptions } from './tfjs-web-backend.ts';
export { engineFiles, type WebEnginesOptions } from './web-engines.ts';
export { digest } from './digest.ts';
export type { OnnxReader } from '../onnx-reader.ts';
export type { TfjsModel } from '../tfjs-model.ts';
export type { TfjsProgram } from '../tfjs-program.ts';
