/** A text among a node's attributes, which files have in base64 or as bytes; empty for what is neither. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((code) => String.fromCharCode(Number(code))).join('');
  try {
    return typeof value === 'string' ? atob(value) : '';
  } catch {
    return '';
  }
}
