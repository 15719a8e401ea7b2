import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type RgbImage } from '../src/index.ts';
import { decodeImage } from '../src/node/sharp.ts';

const fixtures = new URL('../../../fixtures/', import.meta.url);

export function fixture(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, fixtures)));
}

/** A file that `tools/golden/imaging.py` wrote. */
export function golden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`golden/imaging/${name}`, fixtures), 'utf8')) as T;
}

export function photograph(name: string): Promise<RgbImage> {
  return decodeImage(fixture(`images/${name}`), name);
}

export function bytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

export function floats(base64: string): Float32Array {
  return new Float32Array(bytes(base64).buffer);
}

export function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

export function largestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) throw new Error(`${found.length} values against ${expected.length}`);
  let largest = 0;
  for (let at = 0; at < found.length; at++) {
    const difference = Math.abs(found[at]! - expected[at]!);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/** The error that a promise ends with; fails where it does not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => Promise.reject(new Error('nothing was thrown')),
    (error: unknown) => error,
  );
}
