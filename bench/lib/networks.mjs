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

/** Images of noise in the range that normalised pixels have, the same on every run. */
export function images(batch, size = 224) {
  let state = 1;
  const data = new Float32Array(batch * 3 * size * size);
  for (let at = 0; at < data.length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[at] = (state / 2 ** 32) * 4 - 2;
  }
  return { type: 'float32', dims: [batch, 3, size, size], data };
}
