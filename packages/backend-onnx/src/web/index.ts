export { onnxWebPlugin } from './plugin.ts';
export { OnnxWebBackend, type OnnxWebOptions } from './onnx-web-backend.ts';
export { runtimeFiles, type WebRuntimeOptions } from './web-runtime.ts';
export { OnnxModel } from '../onnx-model.ts';
