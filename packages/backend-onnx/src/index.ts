export { default } from './plugin.ts';
export { OnnxBackend } from './onnx-backend.ts';
export { OnnxModel } from './onnx-model.ts';
export { OnnxProgram } from './program.ts';
