import { checkGradient } from '../../packages/onnx-autodiff/src/gradient-check/index.ts';
import { fromFloat16, toFloat16 } from '../../packages/onnx-autodiff/src/index.ts';

const arrays = {
  int64: (values) => BigInt64Array.from(Array.from(values), BigInt),
  int32: (values) => Int32Array.from(values),
  bool: (values) => Uint8Array.from(values),
  uint8: (values) => Uint8Array.from(values),
  int8: (values) => Int8Array.from(values),
  float64: (values) => Float64Array.from(values),
  float16: (values) => Uint16Array.from(Array.from(values), toFloat16),
  float32: (values) => Float32Array.from(values),
};

/** Finite differences run one model many times. */
let last = { model: undefined, session: undefined };

async function execute(ort, model, feeds, fetch) {
  if (last.model !== model) {
    await last.session?.release();
    last = { model, session: await ort.InferenceSession.create(model, { logSeverityLevel: 4 }) };
  }
  const inputs = Object.fromEntries(
    Object.entries(feeds).map(([name, { type, dims, values }]) => [
      name,
      new ort.Tensor(type, (arrays[type] ?? arrays.float32)(values), dims),
    ]),
  );
  const results = await last.session.run(inputs, [...fetch]);
  return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, constantOf(value)]));
}

function constantOf({ type, dims, data }) {
  if (type === 'float16') return { type, dims, values: Float32Array.from(data, fromFloat16) };
  return { type, dims, values: data instanceof BigInt64Array ? Array.from(data, Number) : data };
}

/** Checks the rows of modules on ONNX Runtime for the web; gives how many there were, and what failed. */
export async function checkRows(ort, tables, { runtime, only }) {
  const files = new URL('files/', location.href).href;
  const [mjs, wasm] = runtime.map((name) => `${files}${name}`);
  Object.assign(ort.env.wasm, { wasmPaths: { mjs, wasm }, numThreads: 1 });
  ort.env.logLevel = 'fatal';
  const failures = [];
  let count = 0;
  for (const row of tables.flatMap((table) => Object.values(table).flat())) {
    if (only !== undefined && row.operator !== only) continue;
    for (const symbolic of row.symbolic === false ? [false] : [false, true]) {
      count += 1;
      try {
        await checkGradient(row, (...asked) => execute(ort, ...asked), { symbolic });
      } catch (error) {
        const form = `${row.form}, opset ${row.opset ?? 18}${symbolic ? ', sizes unknown ahead' : ''}`;
        failures.push(`${row.domain ? `${row.domain}.` : ''}${row.operator} (${form}): ${error.message}`);
      }
    }
  }
  return { count, failures };
}
