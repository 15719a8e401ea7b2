/** Attacks and masks in plain JavaScript without an import, for networks that look at the mean of each channel. */

/** Moves the goal's channel up, or down where it is to be left, until the network says so. */
const push = ({ epsilon, steps, threshold, pause = 0 }) => ({
  budget: { norm: 'linf', epsilon },
  isReached: ({ decision, probabilities }, goal) =>
    goal.kind === 'targeted'
      ? decision === goal.class && probabilities[goal.class] > threshold
      : decision !== goal.class,
  async perturb({ subject, pixels, goal, masks, signal }) {
    const size = pixels.dims[2] * pixels.dims[3];
    const single = { ...pixels, dims: [1, ...pixels.dims.slice(1)] };
    const adversarial = { ...pixels, data: pixels.data.slice() };
    const samples = [];
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    for (const [sample, wanted] of goal.classes.entries()) {
      const own = adversarial.data.subarray(3 * size * sample, 3 * size * (sample + 1));
      const original = own.slice();
      const trajectory = { probability: [], logit: [], originalProbability: [], originalLogit: [] };
      let said;
      let success = false;
      let evaluations = 0;
      while (true) {
        signal.throwIfAborted();
        const [{ classes: prediction }] = await subject.answer({ ...single, data: own });
        said ??= prediction.decision;
        evaluations += 1;
        trajectory.probability.push(prediction.probabilities[wanted]);
        trajectory.logit.push(prediction.logits[wanted]);
        trajectory.originalProbability.push(prediction.probabilities[said]);
        trajectory.originalLogit.push(prediction.logits[said]);
        success = push({ epsilon, steps, threshold }).isReached(prediction, { kind: goal.kind, class: wanted });
        if (success || evaluations === steps) break;
        own.forEach((value, at) => {
          const place = at % size;
          const channel = (at - place) / size;
          const up = goal.kind === 'targeted' ? channel === wanted : channel !== wanted;
          const moved = value + (up ? 1 : -1) * (epsilon / 3) * masks[sample].data[place];
          const [low, high] = [Math.max(0, original[at] - epsilon), Math.min(1, original[at] + epsilon)];
          own[at] = Math.fround(Math.min(high, Math.max(low, moved)));
        });
      }
      const warnings = success ? [] : ['it did not help'];
      samples.push({ success, evaluations, updates: evaluations - 1, trajectory, warnings });
    }
    return { adversarial, samples };
  },
});

/** Leaves its budget, and changes what no mask lets it. */
const cheats = () => ({
  budget: { norm: 'linf', epsilon: 0.01 },
  perturb: async ({ pixels, goal }) => ({
    adversarial: { ...pixels, data: pixels.data.map((value) => Math.fround(0.9 * value + 0.05)) },
    samples: goal.classes.map(() => ({
      ...{ success: false, evaluations: 1, updates: 1, warnings: [] },
      trajectory: { probability: [0], logit: [0], originalProbability: [1], originalLogit: [1] },
    })),
  }),
});

/** Changes by less than half a level, which is all that it wants. */
const hair = () => ({
  budget: { norm: 'linf', epsilon: 1 / 255 },
  isReached: ({ logits }, goal) => logits[goal.class] > 1 + 0.8 / 255,
  perturb: async ({ pixels, goal }) => {
    const size = pixels.dims[2] * pixels.dims[3];
    const isGoal = (at) => Math.floor(at / size) % 3 === goal.classes[Math.floor(at / (3 * size))];
    return {
      adversarial: { ...pixels, data: pixels.data.map((value, at) => (isGoal(at) ? value + 0.3 / 255 : value)) },
      samples: goal.classes.map(() => ({
        ...{ success: true, evaluations: 1, updates: 1, warnings: [] },
        trajectory: { probability: [0], logit: [0], originalProbability: [1], originalLogit: [1] },
      })),
    };
  },
});

const refusal = (code, found) =>
  Object.assign(new Error('It cannot be done.'), { code, found, expected: 'something', next: 'Do something else.' });

const chosen = ({ height, width }, places) => {
  const data = new Float32Array(height * width);
  for (const place of places) data[place] = 1;
  return { type: 'float32', dims: [height, width], data };
};

const countOf = ({ height, width }, fraction) => Math.floor(fraction * height * width);

/** The places of a map of 2 x 2, largest first, at the size of the image. */
const byHeat = (request, map, fraction) => {
  const { height, width } = request;
  const heat = (place) => {
    const [y, x] = [Math.floor(place / width), place % width];
    return map.data[2 * Math.floor((2 * y) / height) + Math.floor((2 * x) / width)];
  };
  const places = [...Array(height * width).keys()].sort((a, b) => heat(b) - heat(a) || a - b);
  return chosen(request, places.slice(0, countOf(request, fraction)));
};

const fraction = { type: 'number', default: 0.25, range: [0, 1], description: 'Of the pixels.' };

const masks = {
  all: { make: () => ({ draw: async (request) => [byHeat(request, { data: [1, 1, 1, 1] }, 1)] }) },
  first: {
    options: { fraction },
    make: (options) => ({
      draw: async (request) => [chosen(request, [...Array(countOf(request, options.fraction)).keys()])],
    }),
  },
  random: {
    isControl: true,
    options: { fraction },
    make: (options) => ({
      async draw(request) {
        const size = request.height * request.width;
        let state = request.seeds[0] % 65537;
        const order = [...Array(size).keys()].map((place) => {
          state = (75 * state + 74) % 65537;
          return [state, place];
        });
        order.sort(([a], [b]) => a - b);
        return [
          chosen(
            request,
            order.slice(0, countOf(request, options.fraction)).map(([, place]) => place),
          ),
        ];
      },
    }),
  },
  'origin-top': {
    options: { fraction },
    make: (options) => ({
      needs: ['originMaps'],
      draw: async (request) => [byHeat(request, request.originMaps[0], options.fraction)],
    }),
  },
  'target-top': {
    options: { fraction },
    make: (options) => ({
      needs: ['targetMaps'],
      draw: async (request) => [byHeat(request, request.targetMaps[0], options.fraction)],
    }),
  },
  boxed: {
    make: () => ({
      needs: ['boxes'],
      async draw({ boxes }) {
        if (boxes === undefined) throw refusal('MASK_NEEDS', 'no boxes');
        return [];
      },
    }),
  },
  tiny: { make: () => ({ draw: async () => [chosen({ height: 2, width: 2 }, [0])] }) },
};

const attacks = {
  push: {
    options: {
      epsilon: { type: 'number', default: 0.9, range: [0, 1], description: 'How far.' },
      steps: { type: 'integer', default: 9, range: [1, 99], description: 'How often.' },
      threshold: { type: 'number', default: 0.3, range: [0, 1], description: 'How sure.' },
      batch: { type: 'integer', default: 1, range: [1, 99], description: 'How many at once.' },
      pause: { type: 'integer', default: 0, range: [0, 999], description: 'How long it takes.' },
    },
    presets: { paper: { steps: 20 } },
    make: push,
  },
  cheats: { make: cheats },
  hair: { make: hair },
  refuses: {
    make: () => ({
      budget: { norm: 'linf', epsilon: 1 },
      perturb: () => Promise.reject(refusal('CAPABILITY_MISSING', 'nothing')),
    }),
  },
  fails: { make: () => ({ budget: { norm: 'linf', epsilon: 1 }, perturb: async () => [].first.value }) },
};

const declared = (kind, contributions) =>
  Object.entries(contributions).map(([id, { make: _, ...rest }]) => ({
    ...{ kind, id, title: id, description: `The fake ${id}.` },
    ...(rest.options?.fraction && { unnamedOption: 'fraction' }),
    ...rest,
  }));

export default {
  name: 'understory-plugin-fake-attacks',
  version: '1.0.0',
  hostApi: '^1.0.0',
  provides: [...declared('attack', attacks), ...declared('mask', masks)],
  register(registry) {
    for (const [id, { make }] of Object.entries(attacks))
      registry.bind({ name: 'attack' }, id, (_, options) => make(options));
    for (const [id, { make }] of Object.entries(masks))
      registry.bind({ name: 'mask' }, id, (_, options) => make(options));
  },
};
