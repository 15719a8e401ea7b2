import { z } from 'zod';
import { errors } from './errors.ts';

/** How deep objects and lists of a model.json lie in each other: a nested model of Keras takes four levels. */
const deepestJson = 200;

/** The largest model.json that is read, in bytes. */
export const largestJson = 2 ** 28;

/** The most bytes of weights that a model may declare: what one array of the runtime holds. */
export const largestWeights = 2 ** 32;

/** Bytes an element, of what a weightsManifest calls dtype; a string's length is only known from its data. */
export const bytesPerElement: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  uint16: 2,
  float16: 2,
  uint8: 1,
  bool: 1,
  complex64: 8,
};

const size = z.int().min(0);
const name = z.string().min(1);

const weight = z.looseObject({
  name,
  shape: z.array(size).max(8),
  dtype: z.enum([...Object.keys(bytesPerElement), 'string']),
  group: z.string().optional(),
  quantization: z
    .looseObject({
      dtype: z.enum(['uint8', 'uint16', 'float16']),
      scale: z.number().optional(),
      min: z.number().optional(),
    })
    .optional(),
});

const manifest = z.array(z.looseObject({ paths: z.array(name), weights: z.array(weight) }));

/** As protobuf writes them in JSON: whole numbers and floats may be texts, texts are base64 or lists of their bytes. */
const number = z.union([z.number(), z.string()]);
const text = z.union([z.string(), z.array(z.number())]);
const openShape = z.looseObject({ dim: z.array(z.looseObject({ size: number.optional() })).optional() });
const list = z.looseObject({
  s: z.array(text).optional(),
  i: z.array(number).optional(),
  f: z.array(number).optional(),
  b: z.array(z.boolean()).optional(),
  type: z.array(number).optional(),
  shape: z.array(openShape).optional(),
});
const attribute = z.looseObject({
  s: text.optional(),
  i: number.optional(),
  f: number.optional(),
  b: z.boolean().optional(),
  type: number.optional(),
  shape: openShape.optional(),
  list: list.optional(),
});

const node = z.looseObject({
  name,
  op: name,
  input: z.array(z.string()).optional(),
  attr: z.record(z.string(), attribute).optional(),
});

const tensors = z.record(z.string(), z.looseObject({ name: z.string().optional() }));
const signature = z.looseObject({ inputs: tensors.optional(), outputs: tensors.optional() });

const graph = z.looseObject({
  node: z.array(node).min(1),
  library: z.looseObject({ function: z.array(z.unknown()).nullish() }).nullish(),
});

const reference = z.tuple([name, size, size], z.unknown());
const calledWith = z.union([z.array(reference), z.looseObject({ args: z.array(z.unknown()) })]);

/** Sizes of what a layer is given, null where any will do. */
const given = z.array(size.nullable()).max(8).nullish();

/** Layers, some of which are models that hold layers. */
const layer: z.ZodType = z.lazy(() =>
  z.looseObject({
    class_name: name,
    name: name.optional(),
    config: z.union([
      listed,
      z.looseObject({ layers: layers.optional(), batch_input_shape: given, batch_shape: given, input_shape: given }),
    ]),
    inbound_nodes: z.array(calledWith).nullish(),
  }),
);
const layers = z.array(layer);
/** Of Sequential models of old, which have no configuration but their layers. */
const listed = layers;

const held = z.looseObject({
  class_name: name,
  config: z.union([listed.min(1), z.looseObject({ layers: layers.min(1) })]),
});

/** Throws TFJS_MODEL_INVALID for text that is nested too deep, before anything is made of it. */
export function checkDepth(bytes: Uint8Array, model: string): void {
  let [depth, isText] = [0, false];
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    if (isText) {
      if (byte === 0x5c) at += 1;
      else if (byte === 0x22) isText = false;
    } else if (byte === 0x22) isText = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > deepestJson) {
        throw errors.invalid({
          model,
          path: `byte ${at}`,
          found: `more than ${deepestJson} objects and lists inside each other`,
          expected: `at most ${deepestJson}`,
        });
      }
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
}

/** Throws TFJS_MODEL_INVALID for names that mean something else to a program than to a file. */
export function checkNames(value: unknown, model: string): void {
  const stack: { readonly value: unknown; readonly path: readonly PropertyKey[] }[] = [{ value, path: [] }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { path } = next;
    if (typeof next.value === 'string' && /^\^?__proto__(:\d+)?$/.test(next.value)) throw reserved(model, path);
    if (typeof next.value !== 'object' || next.value === null) continue;
    for (const [key, inner] of Object.entries(next.value)) {
      if (key === '__proto__') throw reserved(model, [...path, key]);
      if (typeof inner === 'string' || typeof inner === 'object') {
        stack.push({ value: inner, path: [...path, Array.isArray(next.value) ? Number(key) : key] });
      }
    }
  }
}

function reserved(model: string, path: readonly PropertyKey[]): Error {
  return errors.invalid({ model, path: pathOf(path), found: 'the name __proto__', expected: 'any other name' });
}

/** Throws TFJS_MODEL_INVALID where the manifest is not as TensorFlow.js writes it. */
export function checkManifest(value: unknown, model: string): void {
  check(manifest, value, model, ['weightsManifest']);
}

/** Throws TFJS_MODEL_INVALID where nodes, or the signature, are not as TensorFlow.js writes them. */
export function checkGraph(json: Readonly<Record<string, unknown>>, model: string): void {
  check(graph, json['modelTopology'], model, ['modelTopology']);
  for (const key of ['signature', 'userDefinedMetadata'] as const) {
    if (json[key] === undefined || json[key] === null) continue;
    check(signature, json[key], model, [key]);
    const inner = (json[key] as { readonly signature?: unknown }).signature;
    if (inner !== undefined) check(signature, inner, model, [key, 'signature']);
  }
}

/** Throws TFJS_MODEL_INVALID where layers are not as Keras writes them; `value` is the configuration that holds them. */
export function checkLayers(value: unknown, model: string): void {
  check(held, value, model, ['modelTopology']);
}

function check(schema: z.ZodType, value: unknown, model: string, path: readonly PropertyKey[]): void {
  const { error } = schema.safeParse(value, { reportInput: false });
  if (error === undefined) return;
  const issue = deepest(error.issues[0]!, path);
  const own = issue.path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
  throw errors.invalid({
    model,
    path: pathOf([...path, ...issue.path]),
    found: shown(own),
    expected: issue.message.replace(/^Invalid (input|option): expected /, ''),
  });
}

type Issue = z.core.$ZodIssue;

/** Of what fits none of several forms, the mistake in the form that fits furthest. */
function deepest(
  issue: Issue,
  path: readonly PropertyKey[],
): { readonly path: readonly PropertyKey[]; readonly message: string } {
  if (issue.code !== 'invalid_union') return issue;
  const inner = issue.errors.flatMap((issues) => issues.slice(0, 1).map((one) => deepest(one, path)));
  const best = inner.reduce<(typeof inner)[number] | undefined>(
    (most, one) => (most === undefined || one.path.length > most.path.length ? one : most),
    undefined,
  );
  return best === undefined ? issue : { path: [...issue.path, ...best.path], message: best.message };
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.map((key, at) => (typeof key === 'number' ? `[${key}]` : `${at > 0 ? '.' : ''}${String(key)}`)).join('');
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length > 8 ? `a list of ${value.length}` : JSON.stringify(value).slice(0, 80);
  if (typeof value === 'object' && value !== null)
    return `an object with ${Object.keys(value).slice(0, 5).join(', ') || 'nothing in it'}`;
  return JSON.stringify(value).slice(0, 80);
}
