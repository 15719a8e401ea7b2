const irregular: Readonly<Record<string, string>> = {
  ...{ person: 'people', child: 'children', mouse: 'mice', man: 'men', woman: 'women', foot: 'feet', tooth: 'teeth' },
  ...{ sheep: 'sheep', fish: 'fish', deer: 'deer', aircraft: 'aircraft', scissors: 'scissors', skis: 'skis' },
  ...{ knife: 'knives', leaf: 'leaves', goose: 'geese' },
};

/** `2 dogs`, `1 person`, `2 of class 3`. */
export function countOf(count: number, label: string): string {
  if (count === 1) return `1 ${label}`;
  // What is not an English word has no plural that could be told.
  if (!/^[A-Za-z][A-Za-z -]*[a-z]$/.test(label)) return `${count} of ${label}`;
  const last = label.split(/[ -]/).at(-1)!;
  const plural =
    irregular[last] ??
    (/(?:s|x|z|ch|sh)$/.test(last) ? `${last}es` : /[^aeiou]y$/.test(last) ? `${last.slice(0, -1)}ies` : `${last}s`);
  return `${count} ${label.slice(0, -last.length)}${plural}`;
}
