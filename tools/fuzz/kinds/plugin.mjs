import { encode, networkOf } from '../bases/onnx-networks.mjs';
import { pictureFolder, plainPicture } from '../bases/pictures.mjs';
import { outputFlags } from '../commands.mjs';

export const name = 'plugin';

/** What every contribution may do instead of its work, as the body of an async function. */
const anywhere = {
  throwsError: 'throw new Error("on purpose");',
  throwsText: 'throw "on purpose";',
  throwsNothing: 'throw undefined;',
  throwsNull: 'throw null;',
  throwsObject: 'throw { code: "ODD", message: "on purpose" };',
  throwsCoded: 'throw Object.assign(new Error("on purpose"), { code: 7, found: {}, expected: [], next: null });',
  throwsFrozen: 'throw Object.freeze(new TypeError("on purpose"));',
  throwsGetter: 'throw { get message() { throw new Error("again"); }, get code() { throw new Error("again"); } };',
  throwsSymbol: 'throw Symbol("on purpose");',
  throwsSystem: 'throw Object.assign(new Error("no space"), { code: "ENOSPC" });',
  overflows: 'const deeper = () => deeper() + 1; return deeper();',
  returnsNothing: 'return undefined;',
  returnsNull: 'return null;',
  returnsNumber: 'return 7;',
  returnsText: 'return "maps";',
  returnsEmpty: 'return [];',
  returnsObject: 'return { length: 1 };',
  returnsProxy: 'return new Proxy({}, { get() { throw new Error("on purpose"); } });',
  neverSettles: 'return new Promise(() => {});',
  printsFirst: 'process.stdout.write("printed\\n"); console.log("logged"); return usual(request);',
  printsErrors: 'console.error("logged"); return usual(request);',
  leavesRejection:
    'Promise.reject(new Error("left")); await new Promise((resolve) => setTimeout(resolve, 5)); return usual(request);',
  leavesNothing: 'Promise.reject(); return usual(request);',
  usual: 'return usual(request);',
  late: 'await new Promise((resolve) => setTimeout(resolve, 5)); return usual(request);',
};

const kinds = {
  explainer: {
    method: 'explain',
    usual: `({ feeds, objective }) => {
      const [samples] = Object.values(feeds)[0].dims;
      return Array.from({ length: samples }, (_, at) => ({ height: 2, width: 2, data: new Float32Array([1, 2, 3, 4 + at]) }));
    }`,
    shapes: {
      tooMany: 'const maps = usual(request); return [...maps, ...maps];',
      tooFew: 'return usual(request).slice(1);',
      holes: 'return usual(request).map(() => undefined);',
      nan: 'return usual(request).map((map) => ({ ...map, data: map.data.fill(NaN) }));',
      oneNan:
        'return usual(request).map((map) => ({ ...map, data: map.data.with ? map.data.with(1, NaN) : map.data.fill(NaN) }));',
      infinite: 'return usual(request).map((map) => ({ ...map, data: map.data.fill(Infinity) }));',
      huge: 'return usual(request).map((map) => ({ ...map, data: new Float32Array([3e38, -3e38, 3e38, -3e38]) }));',
      list: 'return usual(request).map((map) => ({ ...map, data: [1, 2, 3, 4] }));',
      doubles: 'return usual(request).map((map) => ({ ...map, data: Float64Array.of(1, 2, 3, 4) }));',
      short: 'return usual(request).map((map) => ({ ...map, height: 3 }));',
      long: 'return usual(request).map((map) => ({ ...map, height: 1 }));',
      zero: 'return usual(request).map((map) => ({ ...map, height: 0, width: 0, data: new Float32Array(0) }));',
      negative: 'return usual(request).map((map) => ({ ...map, height: -2, width: -2 }));',
      fractional: 'return usual(request).map((map) => ({ ...map, height: 1.6, width: 2.5 }));',
      texts: 'return usual(request).map((map) => ({ ...map, height: "2", width: "2" }));',
      large: 'return usual(request).map((map) => ({ ...map, height: 1e9, width: 1e9 }));',
      layer: 'return usual(request).map((map) => ({ ...map, layer: 7, reading: {}, details: { a: NaN } }));',
      flat: 'return usual(request).map((map) => ({ ...map, data: map.data.fill(0) }));',
      shared: 'const [map] = usual(request); return usual(request).map(() => map);',
      mutatesFeeds: 'for (const tensor of Object.values(request.feeds)) tensor.data.fill(0); return usual(request);',
      mutatesObjective: 'request.objective.index.length = 0; return usual(request);',
      closesModel: 'await request.model.close(); return usual(request);',
    },
    run: ['explain', 'picture.png', 'photos/0/0.png', '--explainer', 'odd', '--npy'],
    other: ['evaluate', 'folder:photos', '--explainer', 'odd', '--metric', 'deletion:steps=4'],
  },
  metric: {
    method: 'evaluate',
    more: 'better: "higher", range: [0, 1],',
    usual: '({ maps }) => maps.map(() => ({ value: 0.5 }))',
    shapes: {
      tooMany: 'return [...usual(request), { value: 1 }];',
      holes: 'return usual(request).map(() => undefined);',
      nan: 'return [{ value: NaN }];',
      infinite: 'return [{ value: Infinity }];',
      beyond: 'return [{ value: 2 }];',
      below: 'return [{ value: -1e-3 }];',
      text: 'return [{ value: "0.5" }];',
      nothing: 'return [{}];',
      noReason: 'return [{ value: undefined }];',
      curve: 'return [{ value: 0.5, curve: { x: [0, 1], y: [1] } }];',
      nanCurve: 'return [{ value: 0.5, curve: { x: [0, 1], y: [NaN, 1] } }];',
      backwards: 'return [{ value: 0.5, curve: { x: [1, 0], y: [1, 1] } }];',
      details: 'return [{ value: 0.5, details: { a: NaN, b: "x", c: () => 1 } }];',
      cyclic: 'const one = { value: 0.5 }; one.self = one; return [one];',
      big: 'return [{ value: 1n }];',
      mutatesMaps: 'for (const { data } of request.maps) data.fill(NaN); return usual(request);',
    },
    run: ['evaluate', 'folder:photos', '--explainer', 'sobel', '--metric', 'odd,sparseness'],
  },
  probe: {
    method: 'rows',
    usual: '({ id }) => [{ item: id, mean: 0.5 }]',
    wrap: (body) =>
      `{ experiment: () => ({ async rows(request) { const usual = USUAL; ${body} }, summarise: SUMMARISE }) }`,
    shapes: {
      nan: 'return [{ item: request.id, mean: NaN }];',
      noItem: 'return [{ mean: 0.5 }];',
      otherItem: 'return [{ item: "another", mean: 0.5 }];',
      functions: 'return [{ item: request.id, mean: () => 1 }];',
      cyclic: 'const row = { item: request.id }; row.self = row; return [row];',
      big: 'return [{ item: request.id, mean: 1n }];',
      dates: 'return [{ item: request.id, mean: new Date(NaN) }];',
      proto: 'return [JSON.parse(`{"item": "x", "__proto__": {"a": 1}}`)];',
      mutatesPixels: 'request.pixels.data.fill(NaN); return usual(request);',
    },
    run: ['probe', 'odd', 'folder:photos', '--explainer', 'none'],
  },
  attack: {
    method: 'perturb',
    more: 'budget: { norm: "linf", epsilon: 0.1 },',
    usual: `({ pixels, goal }) => ({
      adversarial: { ...pixels, data: pixels.data.slice() },
      samples: goal.classes.map(() => ({
        ...{ success: false, evaluations: 1, updates: 0, warnings: [] },
        trajectory: { probability: [0.5], logit: [0], originalProbability: [0.5], originalLogit: [0] },
      })),
    })`,
    shapes: {
      noSamples: 'return { ...usual(request), samples: [] };',
      nan: 'const result = usual(request); result.adversarial.data.fill(NaN); return result;',
      beyond: 'const result = usual(request); result.adversarial.data.fill(7); return result;',
      short:
        'const result = usual(request); result.adversarial.data = result.adversarial.data.slice(1); return result;',
      dims: 'const result = usual(request); result.adversarial.dims = [1, 2]; return result;',
      type: 'const result = usual(request); result.adversarial.type = "int64"; return result;',
      noTrajectory:
        'const result = usual(request); for (const sample of result.samples) delete sample.trajectory; return result;',
      emptyTrajectory:
        'const result = usual(request); for (const sample of result.samples) sample.trajectory.probability = []; return result;',
      lies: 'const result = usual(request); for (const sample of result.samples) sample.success = true; return result;',
      counts:
        'const result = usual(request); for (const sample of result.samples) sample.evaluations = NaN; return result;',
      warnings:
        'const result = usual(request); for (const sample of result.samples) sample.warnings = "text"; return result;',
      mutatesPixels: 'request.pixels.data.fill(NaN); return usual(request);',
    },
    run: ['attack', 'odd', 'folder:photos', '--untargeted'],
  },
  mask: {
    method: 'draw',
    usual:
      '({ height, width, samples }) => Array.from({ length: samples }, () => ({ type: "float32", dims: [height, width], data: new Float32Array(height * width).fill(1) }))',
    shapes: {
      tooFew: 'return [];',
      nan: 'return usual(request).map((mask) => ({ ...mask, data: mask.data.fill(NaN) }));',
      beyond: 'return usual(request).map((mask) => ({ ...mask, data: mask.data.fill(2) }));',
      empty: 'return usual(request).map((mask) => ({ ...mask, data: mask.data.fill(0) }));',
      dims: 'return usual(request).map((mask) => ({ ...mask, dims: [1] }));',
      type: 'return usual(request).map((mask) => ({ ...mask, type: "bool" }));',
      list: 'return usual(request).map((mask) => ({ ...mask, data: [1] }));',
    },
    run: ['attack', 'fgsm', 'folder:photos', '--untargeted', '--mask', 'odd'],
  },
};

const summarise = `async (rows) => {
  let images = 0;
  for await (const row of rows) images += 1;
  return { images, verdict: { statement: 'Nothing.', estimate: 0, interval: [0, 1] }, estimates: [], curves: [], examples: [] };
}`;

/** Manifests and modules that are none, or nearly. */
const manifests = [
  'export default undefined;',
  'export default 3;',
  'export default {};',
  'export default () => {};',
  'throw new Error("on purpose");',
  'throw null;',
  'export default { name: "odd", version: "1.0.0", hostApi: "^1.0.0", provides: [] };',
  'export default { name: "odd", version: "x", hostApi: "^1.0.0", provides: [], register() {} };',
  'export default { name: "odd", version: "1.0.0", hostApi: "^9.0.0", provides: [], register() {} };',
  'export default { name: "odd", version: "1.0.0", hostApi: 1, provides: [], register() {} };',
  'export default { name: "__proto__", version: "1.0.0", hostApi: "^1.0.0", provides: [{ kind: "explainer", id: "__proto__", title: "", description: "" }], register(r) { r.bind({ name: "explainer" }, "__proto__", () => ({})); } };',
  'export default { name: "odd", version: "1.0.0", hostApi: "^1.0.0", provides: [{ kind: "explainer", id: "odd", title: "Odd", description: "Odd." }], register() {} };',
  'export default { name: "odd", version: "1.0.0", hostApi: "^1.0.0", provides: [{ kind: "explainer", id: "odd", title: "Odd", description: "Odd." }], register() { throw "on purpose"; } };',
  'export default { name: "odd", version: "1.0.0", hostApi: "^1.0.0", provides: [{ kind: "explainer", id: "odd", title: "Odd", description: "Odd." }], register(r) { r.bind({ name: "explainer" }, "odd", () => { throw undefined; }); } };',
  'export default { name: "odd", version: "1.0.0", hostApi: "^1.0.0", provides: [{ kind: "explainer", id: "odd", title: "Odd", description: "Odd." }], register(r) { r.bind({ name: "explainer" }, "odd", () => 7); } };',
  'export default { name: "odd", version: "1.0.0", hostApi: "^1.0.0", provides: [{ kind: "explainer", id: "odd", title: "Odd", description: "Odd." }], register(r) { r.bind({ name: "explainer" }, "odd", () => undefined); } };',
  'export default { name: "odd", version: "1.0.0", hostApi: "^1.0.0", provides: [{ kind: "explainer", id: "odd", title: "Odd", description: "Odd.", options: { a: { type: "integer", default: "x" } } }], register(r) { r.bind({ name: "explainer" }, "odd", () => ({})); } };',
  'export default { name: "odd", version: "1.0.0", hostApi: "^1.0.0", provides: "explainer", register() {} };',
  'export default { name: "odd", version: "1.0.0", hostApi: "^1.0.0", provides: [null, 7, {}], register() {} };',
  'export default { name: "odd", version: "1.0.0", hostApi: "^1.0.0", provides: [{ kind: "nothing", id: "odd", title: "", description: "" }], register() {} };',
  'export default { get name() { throw new Error("on purpose"); } };',
  'export default { name: "odd", version: "1.0.0", hostApi: "^1.0.0", provides: [], register: async () => { throw new Error("on purpose"); } };',
];

/** Printing past the results and waiting for ever are the program's to deal with, not the function's. */
const ofTheProgram = new Set(['neverSettles', 'printsFirst', 'printsErrors', 'leavesRejection', 'leavesNothing']);

/** A plugin that breaks its contract, and a command that uses it. */
export async function make(draw) {
  const files = {
    'model.onnx': encode(networkOf('plain')),
    'picture.png': await plainPicture(),
    ...(await pictureFolder('photos', { perClass: 1 })),
  };
  const common = [
    '--plugin',
    './odd.mjs',
    '--model',
    'model.onnx',
    '--threads',
    '1',
    '--out',
    'out',
    ...outputFlags(draw),
  ];
  if (draw.chance(0.15)) {
    const text = draw.pick(manifests);
    return {
      title: text.slice(0, 300),
      files: { ...files, 'odd.mjs': text },
      steps: [{ argv: [...kinds.explainer.run, ...common] }],
    };
  }
  const kind = draw.weighted({ explainer: 4, metric: 3, probe: 2, attack: 3, mask: 2 });
  const { method, usual, more = '', wrap, shapes, run, other } = kinds[kind];
  const bodies = draw.chance(0.5) ? anywhere : shapes;
  const misdeed = draw.pick(Object.keys(bodies));
  const body = bodies[misdeed];
  const made = wrap
    ? wrap(body).replace('USUAL', usual).replace('SUMMARISE', summarise)
    : `{ ${more} async ${method}(request) { const usual = ${usual}; ${body} } }`;
  const text = `
    const odd = ${made};
    export default {
      name: 'odd-plugin', version: '1.0.0', hostApi: '^1.0.0',
      provides: [{ kind: '${kind}', id: 'odd', title: 'Odd', description: 'Odd.' }],
      register: (registry) => registry.bind({ name: '${kind}' }, 'odd', () => odd),
    };`;
  const argv = [...(other && draw.chance(0.4) ? other : run), ...common];
  return {
    title: `${kind} ${misdeed}`,
    files: { ...files, 'odd.mjs': text },
    steps: [
      {
        argv,
        through: ofTheProgram.has(misdeed) ? 'bin' : 'worker',
        isTalkative: misdeed.startsWith('prints'),
        leaves: misdeed.startsWith('leaves'),
      },
    ],
  };
}
