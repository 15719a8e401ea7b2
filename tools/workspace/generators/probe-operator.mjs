import { create, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** What rules are written for: the opsets that graphs are read in. */
const [first, last] = [7, 26];
const float = 1;
/** Kinks of operators lie at multiples of it. */
const step = 1 / 64;
/** How far beyond the range of a row finite differences look. */
const margin = 1 / 8;
/** Where operators are defined, the widest first: everywhere, inside -1 to 1, above 0, above 1. */
const ranges = [
  [-3, 3],
  [-0.8, 0.8],
  [0.2, 3],
  [1.2, 3],
];

/**
 * What ONNX Runtime says of an operator by running it on one float tensor: the opset from which it is there, where it is defined and
 * where it has kinks. Throws where it is not there, or where its result is not one number for each number, each of its own alone.
 */
export async function probeOperator(operator, domain) {
  const title = domain === '' ? operator : `${domain}.${operator}`;
  const { session, since } = await open(operator, domain, title);
  try {
    const run = async (values, dims) => {
      try {
        return (await session.run({ x: new Tensor('float32', Float32Array.from(values), dims) })).y;
      } catch (error) {
        throw refusal(title, `is not for a tensor of any shape: ${error.message}`);
      }
    };
    await checkElementwise(title, run);
    for (const [low, high] of ranges) {
      const length = Math.round((high - low + 2 * margin) / step) + 1;
      const grid = Array.from({ length }, (_, at) => Number((low - margin + at * step).toFixed(6)));
      const { data } = await run(grid, [1, 1, length]);
      // What is as large as this has a pole nearby.
      if (!data.every((value) => Math.abs(value) < 30)) continue;
      if (data.filter((value, at) => at > 0 && isFar(value, data[at - 1])).length < length / 20) {
        throw new Error(`${title} is constant in pieces: what has no derivative is an entry in no-gradient.ts.`);
      }
      const kinks = grid.filter((_, at) => isKink(data, at) && !isKink(data, at - 1));
      if (kinks.length > 4) throw refusal(title, `is not smooth: it has kinks or jumps at ${kinks.length} places`);
      return { since, range: [low, high], kinks };
    }
    throw refusal(
      title,
      `has infinities, poles or no number everywhere: ${ranges.map(([low, high]) => `${low} to ${high}`).join(', ')} were tried`,
    );
  } finally {
    await session.release();
  }
}

/** The operator in the first opset that has it, where it is still there in the last. */
async function open(operator, domain, title) {
  const failures = [];
  for (let opset = first; opset <= last; opset += 1) {
    try {
      const session = await InferenceSession.create(modelOf(operator, domain, opset), { logSeverityLevel: 4 });
      return { session, since: opset };
    } catch (error) {
      failures.push(error.message);
    }
  }
  const reason = failures.at(-1);
  if (/no op registered|not a registered function/i.test(reason)) {
    const where = domain === '' ? 'ai.onnx' : domain;
    throw new Error(`ONNX Runtime knows no operator ${operator} of ${where}. Check the spelling, and --domain.`);
  }
  throw refusal(title, `does not take one float tensor and nothing else: ${reason}`);
}

function modelOf(operator, domain, opset) {
  const shape = { dim: ['a', 'b', 'c'].map((value) => ({ value: { case: 'dimParam', value } })) };
  const type = { value: { case: 'tensorType', value: { elemType: float, shape } } };
  const opsets = [['', opset]].concat(domain === '' ? [] : [[domain, 1]]);
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: opsets.map(([of, version]) => ({ domain: of, version: BigInt(version) })),
    graph: {
      name: operator,
      node: [{ opType: operator, domain, input: ['x'], output: ['y'] }],
      input: [{ name: 'x', type }],
      output: [{ name: 'y' }],
    },
  });
  return toBinary(ModelProtoSchema, model);
}

/** One number changes at a time, and in the result at most the number in its place may. */
async function checkElementwise(title, run) {
  const values = Array.from({ length: 9 }, (_, at) => 0.2 + at / 16);
  const dims = [1, 3, 3];
  const untouched = await run(values, dims);
  if (untouched.type !== 'float32') throw refusal(title, `gives ${untouched.type}, and no float tensor`);
  if (untouched.dims.join() !== dims.join()) {
    throw refusal(title, `does not work element by element: it makes [${untouched.dims}] of [${dims}]`);
  }
  const { data: same } = await run(
    values.map(() => 0.5),
    dims,
  );
  if (same.some((value) => isFar(value, same[0]))) {
    throw refusal(title, 'does not work element by element: what it makes of a number depends on the place');
  }
  for (const at of values.keys()) {
    const { data } = await run(values.with(at, 0.9), dims);
    const other = data.findIndex((value, place) => place !== at && isFar(value, untouched.data[place]));
    if (other >= 0) {
      throw refusal(title, `does not work element by element: value ${other} of its result depends on value ${at}`);
    }
  }
}

/** Vectorised kernels differ in the last bits from place to place. */
function isFar(value, other) {
  return !Object.is(value, other) && !(Math.abs(value - other) < 1e-5);
}

/** The slope changes there at once, and beside it does not. */
function isKink(data, at) {
  const change = (place) => Math.abs(data[place + 1] - 2 * data[place] + data[place - 1]) / step;
  return change(at) > Math.max(0.05, 8 * Math.min(change(at - 2), change(at + 2)));
}

function refusal(title, reason) {
  return new Error(
    `${title} ${reason.replace(/\.+$/, '')}. The generator writes rules of operators that work element by element: write this one by hand, as docs/how-to/gradient-rule.md says.`,
  );
}
