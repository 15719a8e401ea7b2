/** Names that come close in front of what to do otherwise. */
export function didYouMean(suggestions: readonly string[], otherwise: string): string {
  if (suggestions.length === 0) return otherwise;
  return `Did you mean ${suggestions.map((suggestion) => `"${suggestion}"`).join(' or ')}? ${otherwise}`;
}

/** What works where something does not. */
export function tryInstead(alternatives: readonly string[]): string {
  return alternatives.length === 0 ? 'Use another model.' : `Use instead: ${alternatives.join(', ')}.`;
}

/** `1 layer`, `2 layers`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}

/** `a metric`, `an attack`. */
export function a(kind: string): string {
  return `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`;
}
