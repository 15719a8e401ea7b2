import { presetKey, type ContributionKind, type Host, type Options, type Selection } from '@understory/core';

/** Settings that change how a plugin's contribution runs and not what it finds. */
const withoutEffect = ['batch'];

/** The settings that decide what is found, out of all that a contribution has. */
export function recordedOptions(values: Options): Options {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !withoutEffect.includes(name)));
}

/** The preset that settings amount to; null where they name none, and where one that decides what is found is given otherwise. */
export function presetOf(host: Host, kind: ContributionKind, { id, options }: Selection): string | null {
  const preset = options[presetKey];
  if (preset === undefined) return null;
  const settings = (given: Options) => JSON.stringify(recordedOptions(host.optionsOf(kind, id, given)));
  return settings(options) === settings({ [presetKey]: preset }) ? String(preset) : null;
}
