import { describe, expect, it } from '@jest/globals';
import {
  ATTACK,
  BACKEND,
  createHost,
  definePlugin,
  environmentFailure,
  errors,
  EXPLAINER,
  failStalledCall,
  float32,
  isPluginFault,
  MASK,
  METRIC,
  PROBE,
  VISUALISER,
  type PixelSubject,
  type Token,
} from '@understory/core';

/** What a plugin that provides `product` under the id `it` hands out through the host. */
function handedOut<T>(token: Token<T>, product: unknown): T {
  const host = createHost();
  const kind = token.name as 'explainer';
  const plugin = definePlugin({
    ...{ name: '@x/broken', version: '1.0.0', hostApi: '^1.0.0' },
    provides: [{ kind, id: 'it', title: 'It', description: 'Breaks.' }],
    register: (registry) => registry.bind(token, 'it', () => product as T),
  });
  host.use(plugin, { from: 'here' });
  host.start();
  return host.get(token, 'it');
}

const invalid = (found: string) =>
  expect.objectContaining({
    code: 'PLUGIN_RESULT_INVALID',
    message: expect.stringMatching(/"it" of the plugin @x\/broken/),
    found: expect.stringContaining(found),
  });
const failed = (reason: string) =>
  expect.objectContaining({
    code: 'PLUGIN_FAILED',
    message: expect.stringMatching(new RegExp(`"it" of the plugin @x/broken failed: .*${reason}`)),
  });

const feeds = (samples: number) => ({ x: float32(new Float32Array(samples), [samples, 1]) });
const explaining = (explain: unknown, samples = 1, change = {}) =>
  handedOut(EXPLAINER, { explain }).explain({ feeds: feeds(samples), ...change } as never);
const map = (data: ArrayLike<number>, parts = {}) => ({
  height: 1,
  width: data.length,
  data: Float32Array.from(data),
  ...parts,
});

describe('an explainer behind the host', () => {
  it('gives what it gave, with all else that it has', async () => {
    class Mine {
      readonly #maps = [map([1, 2], { details: { gap: 0.5 } })];
      readonly title = 'mine';
      async explain() {
        return this.#maps;
      }
      count() {
        return this.#maps.length;
      }
    }
    const mine = new Mine();
    const found = handedOut(EXPLAINER, mine) as unknown as Mine;
    expect(await handedOut(EXPLAINER, Object.freeze(mine)).explain({ feeds: feeds(1) } as never)).toBe(
      await mine.explain(),
    );
    expect([found.title, found.count(), found instanceof Mine, 'count' in found]).toEqual(['mine', 1, true, true]);
  });

  it.each<[string, unknown, string]>([
    ['no list', map([1]), 'object for maps'],
    ['too few maps', [], '0 maps'],
    ['too many', [map([1]), map([1])], '2 maps'],
    ['no map', [null], 'map 1: null'],
    ['no size', [map([1], { height: 0 })], '0 x 1'],
    ['half a pixel', [map([1], { width: 1.5 })], '1 x 1.5'],
    ['another array', [map([1], { data: [1] })], 'no Float32Array'],
    ['too little data', [map([1], { height: 2 })], '2 x 1 with 1 values'],
    ['a layer that is a number', [map([1], { layer: 3 })], 'layer'],
    ['details that are NaN', [map([1], { details: { gap: NaN } })], '"gap" of map 1: NaN'],
  ])('that gives %s is told by its name', async (_, result, found) => {
    await expect(explaining(async () => result)).rejects.toThrow(invalid(found));
  });

  it.each([NaN, Infinity, -Infinity])('may not give a map with %d, which is told as that', async (value) => {
    const result = [map([1, 2]), map([1, value])];
    await expect(explaining(async () => result, 2)).rejects.toThrow(
      expect.objectContaining({ code: 'HEAT_MAP_NOT_FINITE', found: `${value}, in 1 of 2 places of sample 2` }),
    );
  });

  it('that throws is told by its name, at once or later', async () => {
    const cause = new TypeError('x is not a function');
    const now = () => {
      throw cause;
    };
    for (const explain of [now, async () => now()]) {
      const error = await explaining(explain).catch((thrown: unknown) => thrown);
      expect(error).toEqual(failed('x is not a function'));
      expect(error).toMatchObject({ cause, found: expect.stringContaining('TypeError') });
      expect(isPluginFault(error)).toBe(true);
    }
    await expect(explaining(() => Promise.reject('a text'))).rejects.toThrow(failed('a text'));
    await expect(explaining(() => Promise.reject({ odd: 1 }))).rejects.toThrow(failed('it throws an object with odd'));
    const shut = {
      get message() {
        throw new Error('again');
      },
    };
    await expect(explaining(() => Promise.reject(shut))).rejects.toThrow(
      failed('it throws what throws in turn when it is looked at'),
    );
  });

  it('may throw what carries a diagnosis, is of the environment, or was asked for', async () => {
    const diagnosed = errors.noImageInput({ inputs: [] });
    await expect(explaining(() => Promise.reject(diagnosed))).rejects.toBe(diagnosed);
    expect(isPluginFault(diagnosed)).toBe(false);
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const told = await explaining(() => Promise.reject(full)).catch((error: unknown) => error);
    expect(told).toMatchObject({ code: 'ENVIRONMENT_FAILED', found: 'no space left', cause: full });
    expect([environmentFailure(told), isPluginFault(told)]).toEqual(['ENOSPC', false]);
    const reason = new Error('told to stop');
    await expect(explaining(() => Promise.reject(reason), 1, { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });

  it('that never ends can be ended where nothing is left to wait for, the innermost first', async () => {
    const inner = handedOut(EXPLAINER, { explain: () => new Promise(() => undefined) });
    const outer = handedOut(METRIC, {
      range: [0, 1],
      evaluate: () =>
        inner
          .explain({ feeds: feeds(1) } as never)
          .catch((error: Error) => [{ value: undefined, reason: error.message }]),
    });
    const measured = outer.evaluate({ maps: [map([1])] } as never);
    await Promise.resolve();
    expect(failStalledCall()).toBe(true);
    expect((await measured)[0]!.reason).toContain('The explainer "it" of the plugin @x/broken failed: it never ends');
    expect(failStalledCall()).toBe(false);
  });

  it('that is none is told when it is asked for', () => {
    for (const product of [undefined, null, 5, {}, { explain: 'no' }]) {
      expect(() => handedOut(EXPLAINER, product)).toThrow(invalid('without a function explain'));
    }
  });
});

describe('a metric behind the host', () => {
  const measuring = (result: unknown, parts = {}) =>
    handedOut(METRIC, { better: 'lower', range: [0, 1], evaluate: async () => result, ...parts }).evaluate({
      maps: [map([1])],
    } as never);

  it('gives numbers of its range, ends included, and reasons', async () => {
    for (const value of [0, 0.5, 1, 1 + 1e-12]) expect(await measuring([{ value }])).toEqual([{ value }]);
    const none = [{ value: undefined, reason: 'no box' }];
    expect(await measuring(none)).toEqual(none);
    expect(await measuring([{ value: -7 }], { range: [-Infinity, Infinity] })).toEqual([{ value: -7 }]);
  });

  const refused: readonly (readonly [result: unknown, found: string, parts?: object])[] = [
    [[], '0 measurements'],
    [[{ value: 1.1 }], 'the value 1.1'],
    [[{ value: NaN }], 'the value NaN'],
    [[{ value: Infinity }], 'the value Infinity', { range: [0, Infinity] }],
    [[{ value: '1' }], 'the value 1'],
    [[{ value: 0.5 }], 'the value 0.5', { values: 'binary' }],
    [[{ value: undefined }], 'without a value or a reason'],
    [[{ value: 1, curve: { x: [0, 1], y: [1] } }], 'a curve'],
    [[{ value: 1, curve: { x: [0], y: [NaN] } }], 'a curve'],
    [[{ value: 1, details: { spread: NaN } }], '"spread"'],
    [[{ value: 1 }], 'for ends of its range', { range: 1 }],
  ];
  it.each(refused.map(([result, found, parts = {}]) => [result, found, parts] as const))(
    'is refused %j',
    async (result, found, parts) => {
      await expect(measuring(result, parts)).rejects.toThrow(invalid(found));
    },
  );
});

describe('an attack behind the host', () => {
  const trajectory = { probability: [1], logit: [1], originalProbability: [1], originalLogit: [1] };
  const sample = { success: true, evaluations: 1, updates: 0, trajectory, warnings: [] };
  const pixels = (data: readonly number[]) => float32(Float32Array.from(data), [1, 3, 1, 1]);
  const attacking = (result: unknown, kind = 'targeted') =>
    handedOut(ATTACK, { budget: {}, perturb: async () => result }).perturb({
      ...{ pixels: pixels([0, 0, 0]), goal: { kind } },
    } as never);

  it('gives pixels in 0..1 and what became of each sample', async () => {
    const result = { adversarial: pixels([0, 0.5, 1]), samples: [sample] };
    expect(await attacking(result)).toBe(result);
  });

  it('has numbers alone where the goal is no class', async () => {
    const numbers = { ...trajectory, probability: [], originalProbability: [], originalLogit: [] };
    const result = { adversarial: pixels([0, 0.5, 1]), samples: [{ ...sample, trajectory: numbers }] };
    expect(await attacking(result, 'raise')).toBe(result);
    await expect(attacking(result)).rejects.toThrow(invalid('trajectory'));
    const long = { ...numbers, probability: [0.5, 0.5] };
    const samples = [{ ...sample, trajectory: long }];
    await expect(attacking({ ...result, samples }, 'raise')).rejects.toThrow(invalid('trajectory'));
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'undefined'],
    ['a pixel of NaN', { adversarial: pixels([0, NaN, 1]), samples: [sample] }, 'NaN'],
    ['a pixel beyond 1', { adversarial: pixels([0, 0, 1.001]), samples: [sample] }, '1.00'],
    ['another size', { adversarial: float32(new Float32Array(4), [1, 1, 2, 2]), samples: [sample] }, '[1, 1, 2, 2]'],
    ['no sample', { adversarial: pixels([0, 0, 1]), samples: [] }, '0 attacked samples'],
    ['no success', { adversarial: pixels([0, 0, 1]), samples: [{ ...sample, success: 1 }] }, 'success'],
    ['no trajectory', { adversarial: pixels([0, 0, 1]), samples: [{ ...sample, trajectory: {} }] }, 'trajectory'],
    ['no warnings', { adversarial: pixels([0, 0, 1]), samples: [{ ...sample, warnings: 'none' }] }, 'warnings'],
  ])('is refused %s', async (_, result, found) => {
    await expect(attacking(result)).rejects.toThrow(invalid(found));
  });
});

describe('a mask behind the host', () => {
  const drawing = (result: unknown) =>
    handedOut(MASK, { draw: async () => result }).draw({ height: 1, width: 2, samples: 1, seeds: [0] });

  it('gives weights in 0..1 of the size of the picture, one mask a sample', async () => {
    const masks = [float32(Float32Array.of(0, 1), [1, 2])];
    expect(await drawing(masks)).toBe(masks);
    await expect(drawing([])).rejects.toThrow(invalid('0 masks'));
    await expect(drawing([float32(Float32Array.of(0, 1), [2, 1])])).rejects.toThrow(invalid('[2, 1]'));
    await expect(drawing([float32(Float32Array.of(0, NaN), [1, 2])])).rejects.toThrow(invalid('NaN'));
    await expect(drawing([float32(Float32Array.of(0, 2), [1, 2])])).rejects.toThrow(invalid('a value of 2'));
  });
});

describe('a probe behind the host', () => {
  const verdict = { statement: 'It holds.', estimate: 1, interval: [0, 1] };
  const summary = { images: 1, verdict, estimates: [], curves: [], examples: [] };
  const probing = (experiment: unknown, request = {}) =>
    handedOut(PROBE, { experiment: typeof experiment === 'function' ? experiment : () => experiment }).experiment(
      request as never,
    );

  it('gives rows that JSON can hold and a summary that reports can read', async () => {
    const rows = [{ a: 1, b: null, c: { d: ['x', 2] } }];
    const good = probing({ rows: async () => rows, summarise: async () => summary });
    expect(await good.rows({} as never, {} as never)).toBe(rows);
    expect(await good.summarise([] as never)).toBe(summary);
    for (const [given, found] of [
      [undefined, 'rows'],
      [[1], 'row 1'],
      [[{ a: { b: [1, NaN] } }], 'its rows: a NaN'],
    ] as const) {
      const bad = probing({ rows: async () => given, summarise: async () => ({}) });
      await expect(bad.rows({} as never, {} as never)).rejects.toThrow(invalid(found));
      await expect(bad.summarise([] as never)).rejects.toThrow(invalid('a summary of undefined images'));
    }
    const charted = (more: object) =>
      probing({ rows: async () => [], summarise: async () => ({ ...summary, ...more }) });
    await expect(charted({ charts: [1] }).summarise([] as never)).rejects.toThrow(invalid('entry 1 of its lists'));
    await expect(charted({ remarks: [1] }).summarise([] as never)).rejects.toThrow(
      invalid('remarks that are no texts'),
    );
    const section = { title: 'more', estimates: [], charts: [], examples: [], remarks: [] };
    expect(await charted({ sections: [section] }).summarise([] as never)).toMatchObject({ sections: [section] });
    for (const [wrong, found] of [
      [{ title: ' ' }, 'section 1 without a title'],
      [{ examples: undefined }, 'section 1 without estimates, charts and examples'],
      [{ remarks: [1] }, 'section 1 with remarks that are no texts'],
      [{ charts: [1] }, 'entry 1 of the lists of section 1'],
    ] as const) {
      const bad = charted({ sections: [{ ...section, ...wrong }] });
      await expect(bad.summarise([] as never)).rejects.toThrow(invalid(found));
    }
    expect(() => probing({})).toThrow(invalid('without rows'));
    expect(() =>
      probing(() => {
        throw new Error('no');
      }),
    ).toThrow(failed('no'));
  });

  it('keeps pictures with pixels in 0..1 alone', async () => {
    const kept: string[] = [];
    const keep = async (_: string, name: string) => void kept.push(name);
    const keeping = (value: number) =>
      probing(
        (request: { keep(item: string, name: string, pixels: unknown): Promise<void> }) => ({
          rows: async () => {
            await request.keep('a', `of ${value}`, float32(new Float32Array(3).fill(value), [1, 3, 1, 1]));
            return [];
          },
          summarise: async () => summary,
        }),
        { keep },
      ).rows({} as never, {} as never);
    await keeping(0.5);
    await expect(keeping(NaN)).rejects.toThrow(invalid('NaN'));
    expect(kept).toEqual(['of 0.5']);
  });

  it('hands on what is drawn over a picture, where it can be drawn', async () => {
    const kept: unknown[] = [];
    const keep = async (_: string, name: string, __: unknown, drawn: unknown) => void kept.push([name, drawn]);
    const drawing = (drawn: unknown) =>
      probing(
        (request: { keep(item: string, name: string, pixels: unknown, drawn: unknown): Promise<void> }) => ({
          rows: async () => {
            await request.keep('a', 'drawn', float32(new Float32Array(3), [1, 3, 1, 1]), drawn);
            return [];
          },
          summarise: async () => summary,
        }),
        { keep },
      ).rows({} as never, {} as never);
    const heat = { height: 1, width: 2, data: Float32Array.of(1, 2) };
    const drawn = { heat, boxes: [{ box: { x: 0, y: 0, width: 1, height: 1 }, label: 'apple' }] };
    await drawing(drawn);
    expect(kept).toEqual([['drawn', drawn]]);
    for (const [wrong, found] of [
      [{ heat: { ...heat, width: 3 } }, 'a map over "drawn" of 1 x 3'],
      [{ heat: { ...heat, data: Float32Array.of(1, NaN) } }, 'the map over "drawn": a NaN'],
      [{ boxes: [{ box: { x: 0, y: 0, width: NaN, height: 1 }, label: '' }] }, 'a box over "drawn" of 0, 0, NaN, 1'],
      [{ boxes: [{ box: { x: 0, y: 0, width: 1, height: 1 } }] }, 'a box over "drawn"'],
      [{ boxes: 1 }, 'number for boxes over "drawn"'],
    ] as const) {
      await expect(drawing(wrong)).rejects.toThrow(invalid(found));
    }
  });
});

describe('a backend behind the host', () => {
  it('opens models, and is told by its name where it does not', async () => {
    const opening = (open: unknown) =>
      handedOut(BACKEND, { accepts: () => true, open }).open({ kind: 'file', path: 'm.onnx' });
    await expect(opening(() => Promise.reject(new Error('segment')))).rejects.toThrow(failed('segment'));
    await expect(opening(async () => ({}))).rejects.toThrow(invalid('without lists of inputs'));
    const broken = handedOut(BACKEND, {
      open: async () => ({}),
      accepts: () => {
        throw new Error('no path');
      },
    });
    expect(() => broken.accepts({ kind: 'file', path: 'm' })).toThrow(failed('no path'));
  });
});

describe('a visualiser behind the host', () => {
  const pixels = (data: readonly number[]) => float32(Float32Array.from(data), [1, 3, 1, 1]);
  const whole = { pixels: pixels([0, 0.5, 1]), value: 2, trajectory: [0, 1], warnings: [] };
  const making = (result: unknown) => {
    const subject = { channels: 3, height: 1, width: 1 } as PixelSubject;
    const request = { subject, goal: {}, seed: 0 };
    return handedOut(VISUALISER, { visualise: async () => result }).visualise(request);
  };

  it('gives a picture of the size of the subject', async () => {
    expect(await making(whole)).toBe(whole);
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'undefined'],
    ['another size', { ...whole, pixels: float32(new Float32Array(4), [1, 1, 2, 2]) }, '[1, 1, 2, 2]'],
    ['a pixel beyond 1', { ...whole, pixels: pixels([0, 0, 1.5]) }, '1.5'],
    ['a value of NaN', { ...whole, value: NaN }, 'NaN'],
    ['no trajectory', { ...whole, trajectory: ['1'] }, 'trajectory'],
    ['no warnings', { ...whole, warnings: 'none' }, 'warnings'],
  ])('is refused %s', async (_, result, found) => {
    await expect(making(result)).rejects.toThrow(invalid(found));
  });
});
