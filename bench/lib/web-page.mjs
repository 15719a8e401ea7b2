import { OnnxWebBackend } from '@understory/backend-onnx/web';
import { lastSpatialLayer } from '@understory/core';
import { images } from './images.mjs';

/** Makes Grad-CAM maps of one image in a page, and says how long each took and how much memory the page had after some of them. */
async function maps({ threads, count, device, marks }) {
  const backend = new OnnxWebBackend({ wasm: '/files/', threads });
  const model = await backend.open({ kind: 'file', path: '/files/model.onnx' }, { devices: [device] });
  const [{ name: input }] = model.inputs;
  const [{ name: output }] = model.outputs;
  const layer = lastSpatialLayer(model, (name) => model.differentiability(output, name).differentiable).name;
  const feeds = { [input]: images(1) };
  const seconds = [];
  const bytes = [];
  for (let map = 1; map <= count; map += 1) {
    const start = performance.now();
    await model.differentiate({
      feeds,
      objective: { kind: 'score', output, index: [[281]] },
      withRespectTo: [layer],
      fetch: [layer],
    });
    seconds.push((performance.now() - start) / 1000);
    if (marks.includes(map)) bytes.push((await performance.measureUserAgentSpecificMemory()).bytes);
  }
  return { provider: model.origin.executionProvider, isIsolated: crossOriginIsolated, seconds, bytes };
}

void maps(globalThis.asked)
  .catch((error) => ({ error: `${error} ${JSON.stringify(error)}` }))
  .then((found) => fetch('/results', { method: 'POST', body: JSON.stringify(found) }));
