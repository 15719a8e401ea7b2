import { existsSync, mkdirSync } from 'node:fs';
import { runTool, root } from './python.mjs';

/** A network that `tools/export/random_network.py` knows, with seeded random weights, as an ONNX file, exported once. */
export function networkFile(name, { opset = 17, exporter = 'torchscript', size = 224 } = {}) {
  const folder = `${root}tmp/bench`;
  const path = `${folder}/${name}-${exporter}-${opset}.onnx`;
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    const options = ['--exporter', exporter, '--opset', String(opset), '--size', String(size), '--out', path];
    runTool('export/random_network.py', [name, ...options]);
  }
  return path;
}

export { images } from './images.mjs';
