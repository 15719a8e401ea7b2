/** The names nearest to a misspelt one: those that contain it, then those that share most letter pairs with it. */
export function closestNames(wanted: string, names: readonly string[], most = 3): readonly string[] {
  const target = pairs(wanted);
  const rank = (name: string) => {
    const own = pairs(name);
    const shared = [...own].filter((pair) => target.has(pair)).length;
    return (
      (name.toLowerCase().includes(wanted.toLowerCase()) ? 1 : 0) + (2 * shared) / Math.max(1, own.size + target.size)
    );
  };
  return [...new Set(names)]
    .map((name) => ({ name, score: rank(name) }))
    .filter(({ score }) => score > 0.2)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ name }) => name);
}

function pairs(text: string): ReadonlySet<string> {
  const lower = text.toLowerCase();
  return new Set(Array.from({ length: Math.max(1, lower.length - 1) }, (_, at) => lower.slice(at, at + 2)));
}
