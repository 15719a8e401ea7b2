import { valid, validRange } from 'semver';
import { errors } from '../errors/index.ts';
import { type Options, type OptionSchema, readOptions, whatIsWrongWithOptions } from './options.ts';
import type { Registry } from './registry.ts';
import { type ContributionKind, contributionKinds } from './tokens.ts';

/** What an explainer, metric, probe, attack or mask asks of the model that it is given; `programs` are what `compile` takes. */
export type ModelNeed = 'gradients' | 'graph' | 'programs';

/** One thing that a plugin provides. */
export interface Contribution {
  readonly kind: ContributionKind;
  /** How users ask for it: lower-case letters, digits and `+ . _ -`. */
  readonly id: string;
  readonly title: string;
  /** One sentence. */
  readonly description: string;
  /** The paper, by authors and year, and where in it: `Selvaraju et al. 2017, equations 1 and 2`. */
  readonly reference?: string;
  /** What it computes, in TeX. */
  readonly formula?: string;
  readonly needs?: readonly ModelNeed[];
  /** Of a probe: the task of the models that it is for; any model where absent. */
  readonly task?: string;
  /** The settings that its factory is given. */
  readonly options?: OptionSchema;
  /** The option whose value may stand without its name: `origin-top:0.1` for `origin-top:fraction=0.1`. */
  readonly unnamedOption?: string;
  /** Sets of settings by name, such as those of a paper; what they leave out is the default. */
  readonly presets?: Readonly<Record<string, Options>>;
  /** Of a mask: that it is the control, an area like those of the others drawn by chance. */
  readonly isControl?: boolean;
  /** Of an explainer: that its maps say nothing of what the model looks at, for others to be compared with. */
  readonly isBaseline?: boolean;
  /** Of an explainer: that it runs the model hundreds of times for each map. */
  readonly isSlow?: boolean;
  /** Of a metric: how it measures what no map decides, for others to be compared with. */
  readonly baseline?: Baseline;
}

/** The settings under which a metric ignores the map, and the presets that measure this too. */
interface Baseline {
  readonly options: Options;
  readonly inPresets?: readonly string[];
}

/** Something that must be provided by some plugin: that id, or anything of that kind. */
export interface Capability {
  readonly kind: ContributionKind;
  readonly id?: string;
}

/** A package that a plugin imports only when it is needed. */
export interface OptionalPeer {
  readonly name: string;
  /** The command that installs it. */
  readonly install: string;
}

/** What a plugin package exports as its default. */
export interface PluginManifest {
  /** The package's name. */
  readonly name: string;
  /** The package's version. */
  readonly version: string;
  /** The host APIs it works with, as a semver range such as `^1.0.0`. */
  readonly hostApi: string;
  readonly provides: readonly Contribution[];
  readonly requires?: readonly Capability[];
  readonly optionalPeers?: readonly OptionalPeer[];
  /** Binds each contribution of `provides`; does nothing else. */
  register(registry: Registry): void;
}

/** The manifest, frozen; throws PLUGIN_INVALID where it cannot be one for any host. */
export function definePlugin(manifest: PluginManifest): PluginManifest {
  const reason = whatIsWrong(manifest);
  if (reason !== undefined) throw errors.pluginInvalid({ plugin: nameOf(manifest) ?? 'A plugin', reason });
  return Object.freeze({ ...manifest });
}

/** The name that something calls itself, where it looks like a manifest. */
export function nameOf(manifest: unknown): string | undefined {
  return isRecord(manifest) && isText(manifest['name']) ? manifest['name'] : undefined;
}

/** Why something is not a manifest, or undefined where it is one; kinds of contributions are left to `whatIsWrongWithin`. */
export function whatIsWrong(manifest: unknown): string | undefined {
  if (!isRecord(manifest)) return 'it exports no manifest';
  const { name, version, hostApi, register } = manifest;
  if (!isText(name)) return 'what it exports as its default has no name, which a manifest has';
  if (!isText(version) || valid(version) === null) return `its version ${quoted(version)} is not a semantic version`;
  if (!isText(hostApi) || validRange(hostApi) === null) return `its hostApi ${quoted(hostApi)} is not a version range`;
  if (typeof register !== 'function') return 'its manifest has no register function';
  return undefined;
}

/** Whether something is a manifest as far as `whatIsWrong` looks. */
export function isManifest(value: unknown): value is PluginManifest {
  return whatIsWrong(value) === undefined;
}

/** Why the lists of a manifest cannot be understood by this host, or undefined where they can. */
export function whatIsWrongWithin(manifest: PluginManifest): string | undefined {
  const {
    provides,
    requires = [],
    optionalPeers = [],
  }: Partial<Record<keyof PluginManifest, unknown>> = { ...manifest };
  for (const [key, list] of Object.entries({ provides, requires, optionalPeers })) {
    if (!Array.isArray(list) || !list.every(isRecord)) return `its ${key} is not a list of objects`;
  }
  const seen = new Set<string>();
  for (const contribution of manifest.provides) {
    const { kind, id, title, description, options, unnamedOption, presets, baseline, task } = contribution;
    if (!contributionKinds.includes(kind))
      return `it provides a ${quoted(kind)}; known: ${contributionKinds.join(', ')}`;
    if (!isText(id) || !/^[a-z0-9][a-z0-9+._-]*$/.test(id)) return `the id ${quoted(id)} is not of the form "grad-cam"`;
    if (!isText(title) || !isText(description)) return `the ${kind} "${id}" has no title or no description`;
    const optionFault = whatIsWrongWithSettings(options, presets, baseline);
    if (optionFault !== undefined) return `${optionFault}, in the ${kind} "${id}"`;
    if (unnamedOption !== undefined && !Object.hasOwn(options ?? {}, unnamedOption))
      return `the ${kind} "${id}" has no option ${quoted(unnamedOption)} whose name may be left out`;
    for (const [key, text] of Object.entries({ reference: contribution.reference, formula: contribution.formula })) {
      if (text !== undefined && !isText(text)) return `the ${kind} "${id}" has a ${key} that is no text`;
    }
    if (task !== undefined && (kind !== 'probe' || !isText(task)))
      return `the ${kind} "${id}" has a task, which only a probe has, as a text`;
    if (seen.has(`${kind} ${id}`)) return `it declares the ${kind} "${id}" twice`;
    seen.add(`${kind} ${id}`);
  }
  for (const { kind } of manifest.requires ?? []) {
    if (!contributionKinds.includes(kind))
      return `it requires a ${quoted(kind)}; known: ${contributionKinds.join(', ')}`;
  }
  for (const { name, install } of manifest.optionalPeers ?? []) {
    if (!isText(name) || !isText(install)) return 'an optional peer has no name or no install command';
  }
  return undefined;
}

/** Why settings and presets do not fit together, or undefined where they do. */
function whatIsWrongWithSettings(options: unknown, presets: unknown, baseline: unknown): string | undefined {
  for (const [key, value] of Object.entries({ options, presets })) {
    if (value === undefined) continue;
    if (!isRecord(value) || !Object.values(value).every(isRecord)) return `its ${key} are no objects by name`;
  }
  // Checked above, field by field below.
  const schema = (options ?? {}) as OptionSchema;
  const fault = whatIsWrongWithOptions(schema);
  if (fault !== undefined) return fault;
  const sets = Object.entries((presets ?? {}) as Readonly<Record<string, Options>>).map(
    ([name, set]): [string, Options] => [`the preset "${name}"`, set],
  );
  if (baseline !== undefined) {
    const { options: set } = (isRecord(baseline) ? baseline : {}) as Partial<Baseline>;
    if (!isRecord(set)) return 'its baseline has no options';
    sets.push(['the baseline', set]);
  }
  for (const [name, set] of sets) {
    try {
      readOptions(name, schema, set);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function quoted(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}
