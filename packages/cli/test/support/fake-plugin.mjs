/** A plugin in plain JavaScript without an import: a backend whose networks are the mean of each channel, and explainers that show or refuse. */
import { readFile } from 'node:fs/promises';

const refusal = (code, message) =>
  Object.assign(new Error(message), { code, found: 'a fake network', expected: 'a real one', next: 'Use brightness.' });

function meansOf({ data, dims: [samples, channels, height, width] }) {
  const places = height * width;
  return Array.from({ length: samples }, (_, sample) =>
    Array.from({ length: channels }, (_, channel) => {
      const start = (sample * channels + channel) * places;
      return data.subarray(start, start + places).reduce((sum, value) => sum + value, 0) / places;
    }),
  );
}

const backend = {
  accepts: (source) => source.kind === 'file' && source.path.endsWith('.fake.json'),
  async open({ path }) {
    const {
      channels = 3,
      size = 8,
      classes = 4,
      batch = 'N',
      remarks = [],
      fails = false,
      bare = false,
    } = JSON.parse(await readFile(path, 'utf8'));
    return {
      inputs: [{ name: 'image', type: 'float32', dims: [batch, channels, size, size] }],
      outputs: [{ name: 'logits', type: 'float32', dims: [batch, classes] }],
      layers: [
        { name: 'features', type: 'float32', dims: [batch, channels, 2, 2], operator: 'Conv', modules: ['body.conv'] },
        { name: 'logits', type: 'float32', dims: [batch, classes], operator: 'Gemm', modules: ['head'] },
      ],
      ...(!bare && { graph: { nodes: [], constant: () => undefined } }),
      origin: { backend: 'fake', executionProvider: 'paper', sha256: 'fa'.repeat(32), remarks },
      async run({ image }) {
        const means = meansOf(image);
        if (fails && means.length > 1) throw refusal('RUN_FAILED', 'More than one at a time is too much.');
        const data = Float32Array.from(
          means.flatMap((mean) => Array.from({ length: classes }, (_, index) => 1 + 4 * (mean[index] ?? 0))),
        );
        return { logits: { type: 'float32', dims: [means.length, classes], data } };
      },
      close: async () => undefined,
    };
  },
};

/** The mean of the explained class's channel in each quarter of the picture. */
const brightness = {
  async explain({ feeds: { image }, objective, layer }) {
    const [samples, channels, height, width] = image.dims;
    return Array.from({ length: samples }, (_, sample) => {
      const channel = objective.index[sample][0] % channels;
      const data = new Float32Array(4);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const quarter = 2 * Math.floor((2 * y) / height) + Math.floor((2 * x) / width);
          data[quarter] +=
            (4 * image.data[((sample * channels + channel) * height + y) * width + x]) / (height * width);
        }
      }
      return { height: 2, width: 2, data, layer: layer ?? 'features' };
    });
  },
};

/** Says that it read a layer of its own, whatever it was asked. */
const stubborn = {
  explain: async (request) =>
    (await brightness.explain({ ...request, layer: undefined })).map((map) => ({ ...map, layer: 'image' })),
};

const refuses = {
  async explain() {
    throw refusal('CAM_NOT_APPLICABLE', 'This does not apply to the network.');
  },
};

/** Values that are no numbers for pictures in which nothing is red. */
const fragile = {
  async explain(request) {
    const maps = await brightness.explain({ ...request, objective: { index: request.objective.index.map(() => [0]) } });
    return maps.map((map) => ({
      ...map,
      data: map.data.every((value) => value === 0) ? map.data.fill(NaN) : map.data,
    }));
  },
};

const explainers = { brightness, stubborn, refuses, fragile };

export default {
  name: 'understory-plugin-fake',
  version: '1.2.3',
  hostApi: '^1.0.0',
  provides: [
    { kind: 'backend', id: 'fake', title: 'Fake', description: 'Means of channels.' },
    ...Object.keys(explainers).map((id) => ({
      kind: 'explainer',
      id,
      title: id,
      description: `The fake ${id}.`,
      ...(id === 'refuses' && { needs: ['graph'] }),
    })),
  ],
  register(registry) {
    registry.bind({ name: 'backend' }, 'fake', () => backend);
    for (const [id, explainer] of Object.entries(explainers)) registry.bind({ name: 'explainer' }, id, () => explainer);
  },
};
