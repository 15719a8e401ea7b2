import { InvalidArgumentError } from '@commander-js/extra-typings';
import { isDiagnosed, parseLayout, type Layout } from '@understory/core';
import type { Shard } from '@understory/experiments';
import type { Workers } from '@understory/studies';

/** Parts of a comma-separated list, each once. */
export function list(text: string): readonly string[] {
  return eachOnce(text.split(','));
}

/** Ids in a comma-separated list, each once, with their settings: `rise:masks=8,grid=4,cam` is two. */
export function selections(text: string): readonly string[] {
  return eachOnce(text.split(/,(?!\s*[a-zA-Z][a-zA-Z0-9]*\s*=)/));
}

function eachOnce(texts: readonly string[]): readonly string[] {
  const parts = texts.map((part) => part.trim()).filter(Boolean);
  if (parts.length === 0) throw new InvalidArgumentError('Expected at least one name.');
  return [...new Set(parts)];
}

/** For options that may be given several times. */
export function collect(text: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), text];
}

export function wholeNumber(low: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= low) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${low}.`);
  };
}

/** A number of workers, or as many as pay. */
export function workers(text: string): Workers {
  return text === 'auto' ? text : wholeNumber(1)(text);
}

export function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a number from 0 to 1.');
}

/** What the axes of a layer are said to be. */
export function layout(text: string): Layout {
  try {
    parseLayout(text);
  } catch (error) {
    if (!isDiagnosed(error)) throw error;
    throw new InvalidArgumentError(`Expected ${error.expected}.`);
  }
  return text as Layout;
}

/** Devices in order of preference, for every backend and for some. */
export interface DeviceChoice {
  readonly everywhere?: readonly string[];
  /** By the id of a backend. */
  readonly byBackend: Readonly<Record<string, readonly string[]>>;
}

/** `cuda,cpu` for every backend, `tfjs=wasm,cpu` for one. */
export function devices(text: string, { byBackend, ...others }: DeviceChoice = { byBackend: {} }): DeviceChoice {
  const at = text.indexOf('=');
  const backend = text.slice(0, Math.max(0, at)).trim();
  const earlier = at === -1 ? others.everywhere : byBackend[backend];
  if (earlier !== undefined) {
    const of = at === -1 ? 'every backend' : backend;
    throw new InvalidArgumentError(`Devices for ${of} are given twice; the first are ${earlier.join(',')}.`);
  }
  if (at === -1) return { everywhere: list(text), byBackend };
  return { ...others, byBackend: { ...byBackend, [backend]: list(text.slice(at + 1)) } };
}

/** `2/4`: the second of four. */
export function shard(text: string): Shard {
  const [, place, count] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(text) ?? [];
  if (place === undefined || Number(place) > Number(count)) {
    throw new InvalidArgumentError('Expected the number of the shard and how many there are, such as 1/4 to 4/4.');
  }
  return { index: Number(place) - 1, count: Number(count) };
}

/** `name=value`, for options that may be given several times. */
export function feed(
  text: string,
  earlier: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const at = text.lastIndexOf('=');
  const name = text.slice(0, Math.max(0, at)).trim();
  if (name === '' || text.slice(at + 1).trim() === '') {
    throw new InvalidArgumentError('Expected the name of an input and its value, such as scale=1.');
  }
  return Object.fromEntries([...Object.entries(earlier ?? {}), [name, text.slice(at + 1).trim()]]);
}

export function finiteNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number.');
}

/** `role=value`, for options that may be given several times. */
export function roleValue(
  text: string,
  earlier: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const [, role, value] = /^\s*([^=\s]+)\s*=(.*)$/s.exec(text) ?? [];
  if (role === undefined || value === undefined || value.trim() === '') {
    throw new InvalidArgumentError('Expected a name of the studies and what it is, such as resnet50=path/to/model.');
  }
  return { ...earlier, [role]: value.trim() };
}
