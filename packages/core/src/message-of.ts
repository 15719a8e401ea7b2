/** What a failure says of itself, whatever was thrown. */
export function messageOf(failure: unknown): string {
  if (typeof failure !== 'object' || failure === null) return String(failure);
  return 'message' in failure
    ? String(failure.message)
    : `it throws an object with ${Object.keys(failure).join(', ') || 'nothing in it'}`;
}

/** The first line of it: libraries put stacks and listings behind, and write `[object Object]` for what is no text. */
export function firstLineOf(failure: unknown): string {
  const line = messageOf(failure).trim().split('\n', 1)[0]!.trimEnd();
  return line.replaceAll(/\[object \w+\]/g, 'an object');
}
