/** Whether a value out of a JSON file is an object with keys: neither a list nor null. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value out of a JSON file as an error shows it: `nothing` where it is absent, and only the beginning of what is long. */
export function shownJson(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 200 ? `${text.slice(0, 200)} ...` : text;
}
