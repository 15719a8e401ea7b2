/** The most letters of a name or a text of `fileMetadata`, 1,048,576, and the most entries. */
const most = { letters: 2 ** 20, entries: 1000 };

/** The metadata of a model file by name, the last of those that share one; what is longer than a program would write is left out. */
export function fileMetadata(
  entries: readonly { readonly key: string; readonly value: string }[],
): Readonly<Record<string, string>> {
  const kept = entries.slice(0, most.entries).filter(({ key, value }) => key.length + value.length <= most.letters);
  return Object.fromEntries(kept.map(({ key, value }) => [key, value]));
}
