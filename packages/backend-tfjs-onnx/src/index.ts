export { readOnnxFile } from './read-onnx-file.ts';
