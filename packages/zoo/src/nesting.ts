/** How deep lists and objects of a JSON text lie in each other; brackets in strings do not count. */
export function nestingOf(text: string): number {
  let [depth, deepest] = [0, 0];
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (inString && letter === '\\') at += 1;
    else if (letter === '"') inString = !inString;
    else if (!inString && (letter === '{' || letter === '[')) deepest = Math.max(deepest, ++depth);
    else if (!inString && (letter === '}' || letter === ']')) depth -= 1;
  }
  return deepest;
}
