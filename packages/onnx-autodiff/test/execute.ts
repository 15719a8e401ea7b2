import * as ort from 'onnxruntime-node';
import type { Execute } from '../src/gradient-check/index.ts';
import { fromOrt, toOrt } from './tensors.ts';

/** Runs a model with ONNX Runtime; the last sessions are kept, since finite differences run one model many times. */
const sessions = new Map<Uint8Array, Promise<ort.InferenceSession>>();

export const execute: Execute = async (model, feeds, fetch) => {
  let session = sessions.get(model);
  if (!session) {
    session = ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
    if (sessions.size > 8) sessions.clear();
    sessions.set(model, session);
  }
  const inputs = Object.fromEntries(Object.entries(feeds).map(([name, constant]) => [name, toOrt(constant)]));
  const results = await (await session).run(inputs, [...fetch]);
  return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromOrt(value)]));
};
