import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';

const kept = 8;

/**
 * Runs models on a provider, each with its first feeds on the CPU too, and takes note of how far the two are apart and of where the
 * runtime put each node.
 */
export class Executions {
  #sessions = new Map();
  #convert;
  #place;

  /** `place` gives the model as it is run, and the provider; `convert` is what turns constants into tensors and back. */
  constructor(convert, place) {
    this.#convert = convert;
    this.#place = place;
    this.reset();
  }

  /** Forgets what was noted. */
  reset() {
    this.furthest = 0;
    this.placed = new Set();
  }

  execute = async (model, feeds, fetch) => {
    const inputs = Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, this.#convert.toOrt(value)]));
    const known = this.#sessions.get(model);
    if (known) return this.#read(await known.run(inputs, [...fetch]));
    if (this.#sessions.size >= kept) await this.close();
    const { session, results } = await this.#opened(model, inputs, fetch);
    this.#sessions.set(model, session);
    const found = this.#read(results);
    const cpu = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 4 });
    const expected = this.#read(await cpu.run(inputs, [...fetch]));
    await cpu.release();
    for (const name of fetch) {
      this.furthest = Math.max(this.furthest, distance(found[name].values, expected[name].values));
    }
    return found;
  };

  async #opened(model, inputs, fetch) {
    const folder = mkdtempSync(join(tmpdir(), 'understory-webgpu-'));
    try {
      const placed = this.#place(model);
      const session = await ort.InferenceSession.create(placed.model, {
        executionProviders: [placed.provider],
        logSeverityLevel: 4,
        enableProfiling: true,
        profileFilePrefix: join(folder, 'trace'),
      });
      try {
        return { session, results: await session.run(inputs, [...fetch]) };
      } finally {
        session.endProfiling();
        this.#note(JSON.parse(readFileSync(join(folder, readdirSync(folder)[0]), 'utf8')));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  #note(events) {
    for (const { cat, name, args } of events) {
      if (cat !== 'Node' || !name.endsWith('_kernel_time')) continue;
      const types = new Set((args.input_type_shape ?? []).flatMap((input) => Object.keys(input)));
      const isFloat = ['float', 'float16', 'double'].some((type) => types.has(type));
      this.placed.add(JSON.stringify([args.op_name, args.provider, isFloat]));
    }
  }

  #read(results) {
    return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, this.#convert.fromOrt(value)]));
  }

  async close() {
    for (const session of this.#sessions.values()) await session.release();
    this.#sessions.clear();
  }
}

/** The largest difference, relative to the largest element of what is expected; infinite where one is no number and the other is. */
export function distance(found, expected) {
  let [most, far] = [0, 0];
  if (found.length !== expected.length) return Infinity;
  for (let at = 0; at < expected.length; at += 1) {
    const [one, other] = [Number(found[at]), Number(expected[at])];
    if (Object.is(one, other) || one === other) {
      if (Number.isFinite(other)) most = Math.max(most, Math.abs(other));
      continue;
    }
    if (!Number.isFinite(one) || !Number.isFinite(other)) return Infinity;
    most = Math.max(most, Math.abs(other));
    far = Math.max(far, Math.abs(one - other));
  }
  return far === 0 ? 0 : far / Math.max(most, 1e-6);
}
