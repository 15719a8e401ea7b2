/** The first names of a list in words, with how many more there are: `a, b and 3 more`. */
export function someOf(names: readonly string[], most = 5): string {
  const rest = names.length - most;
  return names.slice(0, most).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
