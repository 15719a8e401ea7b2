/** Metrics in plain JavaScript without an import: one that measures, one that never applies, one that is broken. */

/** The mean of the map, times what the order is worth; undefined for maps that are zero everywhere. */
const mass = ({ order, repeats }) => ({
  better: 'lower',
  range: [0, 1],
  needs: ['explain'],
  async evaluate({ maps, seed }) {
    return maps.map(({ data }) => {
      if (order === 'random')
        return { value: 0.9 + (seed % 10) / 1000, curve: { x: [0, 1], y: [1, 0.8] }, details: { repeats } };
      const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
      if (mean === 0) return { value: undefined, reason: 'the map is zero' };
      return { value: mean, curve: { x: [0, 1], y: [1, mean] } };
    });
  },
});

const refusal = Object.assign(new Error('It needs what nobody has.'), {
  code: 'METRIC_NOT_APPLICABLE',
  found: 'nothing',
  expected: 'something',
  next: 'Use mass.',
});

/** 1 where a model with weights re-initialised is explained by the names that it goes by. */
const redraws = () => ({
  better: 'higher',
  range: [0, 1],
  needs: ['explain', 'randomised'],
  async evaluate({ model, explain }) {
    const other = await model.randomised({ layers: [], seed: 0 });
    const [map] = await explain({ model: other });
    await other.close();
    return [{ value: map.layer === model.origin.backend ? map.data[0] : 0 }];
  },
});

const contributions = [
  {
    id: 'mass',
    title: 'Mass',
    description: 'Measures the mean of the map.',
    options: {
      order: {
        type: 'choice',
        default: 'descending',
        choices: ['descending', 'random'],
        description: 'Which come first.',
      },
      repeats: { type: 'integer', default: 1, range: [1, 9], description: 'How many random orders.' },
      batch: { type: 'integer', default: 1, range: [1, 99], description: 'How many at once.' },
    },
    presets: { paper: { repeats: 5 } },
    baseline: { options: { order: 'random' }, inPresets: ['paper'] },
    make: mass,
  },
  {
    id: 'stuck',
    title: 'Stuck',
    description: 'Never applies.',
    make: () => ({ better: 'higher', range: [0, 1], evaluate: async () => Promise.reject(refusal) }),
  },
  {
    id: 'broken',
    title: 'Broken',
    description: 'Has a fault.',
    make: () => ({ better: 'higher', range: [0, 1], evaluate: async () => [].first.value }),
  },
  {
    id: 'redraws',
    title: 'Redraws',
    description: 'Measures the map of a model with weights re-initialised.',
    make: redraws,
  },
  {
    id: 'boxed',
    title: 'Boxed',
    description: 'Measures the width of the first box.',
    make: () => ({
      better: 'higher',
      range: [0, 1],
      needs: ['boxes'],
      evaluate: async ({ boxes }) => [{ value: boxes?.[0]?.[0]?.width, reason: 'no box' }],
    }),
  },
  {
    id: 'again',
    title: 'Again',
    description: 'Measures how far a second map of the same picture lies from the first.',
    make: () => ({
      better: 'lower',
      range: [0, 1],
      needs: ['explain'],
      async evaluate({ maps, explain, feeds }) {
        const [second] = await explain({ feeds });
        return [{ value: Math.max(...maps[0].data.map((value, at) => Math.abs(value - second.data[at]))) }];
      },
    }),
  },
];

export default {
  name: 'understory-plugin-fake-metrics',
  version: '1.0.0',
  hostApi: '^1.0.0',
  provides: contributions.map(({ make: _, ...rest }) => ({ kind: 'metric', ...rest })),
  register(registry) {
    for (const { id, make } of contributions) registry.bind({ name: 'metric' }, id, (_, options) => make(options));
  },
};
