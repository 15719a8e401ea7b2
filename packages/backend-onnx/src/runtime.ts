import type { OpenOptions } from '@understory/core';
import type * as ort from 'onnxruntime-common';
import type { DeviceLog } from './device-log.ts';

/** What is used of a session, wherever it runs. */
export interface Session {
  readonly inputNames: readonly string[];
  run(feeds: ort.InferenceSession.FeedsType, fetches: readonly string[]): Promise<ort.InferenceSession.ReturnType>;
  release(): Promise<void>;
}

/** What differs between ONNX Runtime in Node and in a browser. */
export interface Runtime {
  /** Devices it can be asked for. */
  readonly devices: readonly string[];
  /** Devices to try in order where nobody names one. */
  readonly preferred: readonly string[];
  /** Whether the device works fastest in blocks of channels; see `DifferentiableGraphOptions`. */
  readonly blockedLayout: (device: string) => boolean;
  /** Opens a model on a device; rejects with what the runtime says. The log is told what runs where, if that can be another device in the end. */
  readonly createSession: (model: Uint8Array, device: string, options: OpenOptions, log: DeviceLog) => Promise<Session>;
}
