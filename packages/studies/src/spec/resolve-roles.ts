import { closest, isJsonObject } from '@understory/core';
import { studyErrors } from '../errors.ts';
import type { Material, Role } from './claim-spec.ts';
import { patched } from './patched.ts';
import { shortMaterial } from './short-material.ts';
import type { StudyFile } from './study-spec.ts';

/** What is given for the roles of a list of studies. */
export interface GivenRoles {
  /** Names, folders or files of models, by role. */
  readonly models?: Readonly<Record<string, string>>;
  /** Data sets or paths, by role. */
  readonly data?: Readonly<Record<string, string>>;
  /** Whether studies take what they have for a short run. */
  readonly quick?: boolean;
  /** What a stand-in is called where the list is run: one that lies beside the file is a path from there. */
  readonly place?: (standIn: string) => string;
}

type JsonObject = Readonly<Record<string, unknown>>;
type Listed = StudyFile['studies'][number];

/**
 * A list of studies with its roles filled in: what was given, and the stand-in of every other role, with the changes and notes that come
 * with it. What was filled in is left out of the list. Throws ROLE_UNKNOWN, and SPEC_INVALID for a spec that names a role that there is none of.
 */
export function resolveRoles(file: StudyFile, given: GivenRoles = {}, name = 'the study file'): JsonObject {
  const { roles = {}, studies, materials: earlier = [], ...rest } = file;
  const found = Object.entries(roles).map(([role, of]) => materialOf(role, of, given));
  checkGiven(roles, given);
  const materials = [...earlier, ...found];
  const isGiven = (role: string) => materials.some((each) => each.role === role && !each.isStandIn);
  const kept = studies.filter(({ onlyWithStandInOf: role }) => role === undefined || !isGiven(role));
  const names = new Set(kept.map((study) => study.name));
  const used = new Set<string>();
  const filling = { materials, quick: given.quick === true, name, onUse: (role: string) => void used.add(role) };
  const resolved = kept.map((study) => resolvedStudy(study, filling));
  const needed = [...earlier, ...found.filter(({ role }) => used.has(role))];
  return {
    ...rest,
    ...(needed.length > 0 && { materials: needed }),
    studies: resolved,
    // Claims are decided by what is left.
    ...(file.claims && {
      claims: file.claims.map((claim) => ({ ...claim, tests: claim.tests.filter(({ study }) => names.has(study)) })),
    }),
    ...(file.numbers && { numbers: file.numbers.filter(({ study }) => names.has(study)) }),
  };
}

function materialOf(role: string, { kind, original, standIn, about, format }: Role, given: GivenRoles): Material {
  const own = (kind === 'model' ? given.models : given.data)?.[role];
  const common = { role, kind, original };
  if (own === undefined) {
    const used = given.place?.(standIn) ?? standIn;
    return { ...common, used, ...(about !== undefined && { about }), isStandIn: true };
  }
  const isSpec = format === undefined || /^(?:[a-z][a-z0-9_-]+:|orchard$)/i.test(own);
  return { ...common, used: isSpec ? own : `${format}:${own}`, isStandIn: false };
}

function checkGiven(roles: Readonly<Record<string, Role>>, { models = {}, data = {} }: GivenRoles): void {
  for (const [kind, names] of [
    ['model', Object.keys(models)],
    ['data', Object.keys(data)],
  ] as const) {
    const known = Object.keys(roles).filter((role) => roles[role]!.kind === kind);
    const unknown = names.find((each) => !known.includes(each));
    if (unknown !== undefined) {
      throw studyErrors.roleUnknown({ role: unknown, kind, known, suggestions: closest(unknown, known, 1) });
    }
  }
}

interface Filling {
  readonly materials: readonly Material[];
  readonly quick: boolean;
  readonly name: string;
  /** Told of each role that a study names. */
  readonly onUse: (role: string) => void;
}

function resolvedStudy(
  { quick, standIns = {}, onlyWithStandInOf: _, spec, ...listed }: Listed,
  { materials, quick: isQuick, name, onUse }: Filling,
): JsonObject {
  const used = new Set<string>();
  let own: JsonObject = spec;
  for (const { role, isStandIn } of materials) {
    const patch = standIns[role];
    if (isStandIn && patch !== undefined) own = patched(own, patch);
  }
  if (isQuick && quick !== undefined) own = patched(own, quick);
  const named = [...Object.values(own), ...(isJsonObject(own['images']) ? [own['images']['from']] : [])];
  for (const role of named.flatMap(namedRoles)) {
    used.add(role);
    onUse(role);
  }
  const fill = (value: unknown) => filled(value, materials, name);
  const fields = Object.fromEntries(Object.entries(own).map(([field, value]) => [field, fill(value)]));
  const { images, notes = [] } = fields;
  const told = [...(notes as readonly string[]), ...materials.flatMap((each) => standInNote(each, used))];
  return {
    ...listed,
    spec: {
      ...fields,
      ...(isJsonObject(images) && { images: { ...images, from: fill(images['from']) } }),
      ...(told.length > 0 && { notes: told }),
    },
  };
}

/** What stands in for what, of the roles that a study has. */
function standInNote(material: Material, used: ReadonlySet<string>): string[] {
  const { role, original, about, isStandIn } = material;
  if (!isStandIn || !used.has(role)) return [];
  return [`${shortMaterial(material)}${about === undefined ? '' : ` (${about})`} stands in for ${original}.`];
}

/** `$resnet50` is the role `resnet50`; a list may have several. */
function namedRoles(value: unknown): readonly string[] {
  const texts = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  return texts.flatMap((text) => (typeof text === 'string' && text.startsWith('$') ? [text.slice(1)] : []));
}

function filled(value: unknown, materials: readonly Material[], name: string): unknown {
  if (namedRoles(value).length === 0) return value;
  const fill = (text: unknown) => {
    const [role] = namedRoles(text);
    if (role === undefined) return text;
    const material = materials.find((each) => each.role === role);
    if (material !== undefined) return material.used;
    const expected = `a role of the file: ${materials.map((each) => each.role).join(', ') || 'it has none'}`;
    throw studyErrors.specInvalid({ name, where: 'studies', found: `the role "${role}"`, expected });
  };
  return Array.isArray(value) ? (value as readonly unknown[]).map(fill) : fill(value);
}
