import { isJsonObject } from '@understory/core';

type JsonObject = Readonly<Record<string, unknown>>;

/** A spec with some fields changed: an object changes those of its fields that it names, null removes, anything else takes the place. */
export function patched(spec: JsonObject, patch: JsonObject): JsonObject {
  const merged = Object.entries(patch).map(([name, change]) => {
    const own = spec[name];
    return [name, isJsonObject(own) && isJsonObject(change) ? withoutNulls({ ...own, ...change }) : change];
  });
  return withoutNulls({ ...spec, ...Object.fromEntries(merged) }, Object.keys(patch));
}

/** Without the fields that are null, or those of them that are named: null has a meaning in some fields of a spec. */
function withoutNulls(fields: JsonObject, names: readonly string[] = Object.keys(fields)): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => value !== null || !names.includes(name)));
}
