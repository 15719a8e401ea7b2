/** A probe in plain JavaScript without an import: how bright pictures are, and one that is broken. */

const brightness = ({ above, batch }) => ({
  experiment({ seed, keep, explainer }) {
    return {
      async rows({ id, pixels, label }, random) {
        const mean = pixels.data.reduce((sum, value) => sum + value, 0) / pixels.data.length;
        await keep?.(id, 'as it is', pixels);
        return [
          {
            item: id,
            label: label ?? null,
            mean,
            drawn: random.uniform(),
            batch: batch > 0,
            explainer: explainer?.name ?? null,
          },
        ];
      },
      async summarise(rows) {
        const means = [];
        let last;
        for await (const { item, mean } of rows) {
          means.push(mean);
          last = item;
        }
        const share = means.filter((mean) => mean > above).length / Math.max(1, means.length);
        return {
          images: means.length,
          verdict: { statement: `Of pictures ${100 * share} % are bright.`, estimate: share, interval: [0, 1] },
          estimates: [
            {
              measure: 'bright',
              title: 'bright',
              condition: `above=${above}`,
              n: means.length,
              estimate: share,
              interval: null,
              unit: 'share',
              paper: 0.5,
            },
          ],
          curves: [],
          examples:
            last === undefined
              ? []
              : [{ item: last, title: 'the last', pictures: [{ name: 'as it is', caption: `seed ${seed}` }] }],
        };
      },
    };
  },
});

const contributions = [
  {
    id: 'brightness',
    title: 'Brightness',
    description: 'Asks whether pictures are bright.',
    options: {
      above: { type: 'number', default: 0.1, range: [0, 1], description: 'From what on.' },
      batch: { type: 'integer', default: 1, range: [1, 99], description: 'How many at once.' },
    },
    presets: { paper: { above: 0.05 } },
    make: brightness,
  },
  {
    id: 'broken',
    title: 'Broken',
    description: 'Has a fault.',
    make: () => ({ experiment: () => ({ ...brightness({}).experiment({}), rows: async () => [].first.value }) }),
  },
];

export default {
  name: 'understory-plugin-fake-probe',
  version: '1.0.0',
  hostApi: '^1.0.0',
  provides: contributions.map(({ make: _, ...rest }) => ({ kind: 'probe', ...rest })),
  register(registry) {
    for (const { id, make } of contributions) registry.bind({ name: 'probe' }, id, (_, options) => make(options));
  },
};
