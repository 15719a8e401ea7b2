const identity = '((value) => value)(';

/** Changes of one place each: what is looked for, and what stands there instead. */
const changes = [
  ['add becomes sub', /\b(graph|body|inside)\.add\(/g, '$1.sub('],
  ['sub becomes add', /\b(graph|body|inside)\.sub\(/g, '$1.add('],
  ['mul becomes div', /\b(graph|body|inside)\.mul\(/g, '$1.div('],
  ['div becomes mul', /\b(graph|body|inside)\.div\(/g, '$1.mul('],
  ['neg is left out', /\b(graph|body|inside)\.neg\(/g, identity],
  ['unbroadcast is left out', /\b(graph|body|inside)\.unbroadcast\(/g, identity],
  ['reduceSum is left out', /\b(graph|body|inside)\.reduceSum\(/g, identity],
  ['scale is left out', /\b(graph|body|inside)\.scale\(/g, identity],
  ['transpose is left out', /\b(graph|body|inside)\.transpose(Last)?\(/g, identity],
  ['reverse is left out', /\b(graph|body|inside)\.reverse\(/g, identity],
  ['the sides of where are swapped', /\b(graph|body|inside)\.where\(/g, '((c, yes, no) => $1.where(c, no, yes))('],
  ['Add becomes Sub', /op\('Add'/g, "op('Sub'"],
  ['Sub becomes Add', /op\('Sub'/g, "op('Add'"],
  ['Mul becomes Div', /op\('Mul'/g, "op('Div'"],
  ['Div becomes Mul', /op\('Div'/g, "op('Mul'"],
  ['Greater becomes Less', /op\('Greater(OrEqual)?'/g, "op('Less$1'"],
  ['Less becomes Greater', /op\('Less(OrEqual)?'/g, "op('Greater$1'"],
  ['Sin becomes Cos', /op\('Sin'/g, "op('Cos'"],
  ['Cos becomes Sin', /op\('Cos'/g, "op('Sin'"],
  ['Neg becomes Identity', /op\('Neg'/g, "op('Identity'"],
  ['one more becomes one less', / \+ 1\b/g, ' - 1'],
  ['one less becomes one more', / - 1\b/g, ' + 1'],
  ['steps run the other way', /\b1 - (direction)\b/g, '$1'],
  ['a part begins or ends elsewhere', /\b2 \* (hidden|width)\b/g, '$1'],
  ['the zero point is left out', /\bzero: (tensor \+ )?\d+/g, 'zero: 99'],
  ['the first two inputs are swapped', /inputs: \[([a-z]\w*|), ([a-z]\w*)/g, 'inputs: [$2, $1'],
];

/** Changes of what is chosen, counted and told: for what stands in place of rules and around them. */
const decisions = [
  ['equal becomes unequal', / === /g, ' !== '],
  ['unequal becomes equal', / !== /g, ' === '],
  ['less becomes at least', / < (?=\w)/g, ' >= '],
  ['at least becomes less', / >= (?=\w)/g, ' < '],
  ['more becomes at most', / > (?=\w)/g, ' <= '],
  ['and becomes or', / && /g, ' || '],
  ['or becomes and', / \|\| /g, ' && '],
  ['not is left out', /(?<=[( ])!(?=[\w[(])/g, ''],
  ['some becomes every', /\.some\(/g, '.every('],
  ['every becomes some', /\.every\(/g, '.some('],
  ['reverse is left out', /\.reverse\(\)/g, ''],
  ['a half becomes a quarter', /\b0\.5\b/g, '0.25'],
  ['Max becomes Min', /\('Max'\)/g, "('Min')"],
  ['Min becomes Max', /\('Min'\)/g, "('Max')"],
  ['a call is left out', /^ +(?!return|throw|super)\w[\w.]*\([^{}\n]*\);$/gm, ''],
  ['a condition never holds', /\bif \((?=.*;$)/gm, 'if (false && '],
  ['a name is left out', /(?<=[[ ])'[A-Z]\w+'(?=[,\]])/g, "'Nothing'"],
];

/** Every way to break a rule's source in one place, with the line and its text; in what is decided as well, where that is wanted. */
export function mutants(source, { inDecisions = false } = {}) {
  const found = [...changes, ...(inDecisions ? decisions : [])].flatMap(([change, pattern, replacement]) =>
    [...source.matchAll(pattern)].map(({ index }) => {
      // Sticky, so that what stands around the place is seen.
      const there = new RegExp(pattern.source, 'my');
      there.lastIndex = index;
      return { ...at(source, change, index), source: source.replace(there, replacement) };
    }),
  );
  // What stands in comments and in the text for the page of operators changes nothing.
  const code = found.filter(({ text }) => !/^(\/\/|\*|\/\*|covers:|'.*',$)/.test(text));
  return [...code, ...swappedGradients(source)];
}

/** The gradients of the first two inputs, each written as the other's. */
function swappedGradients(source) {
  const [first, second] = [/\b0: \(\) =>/g, /\b1: \(\) =>/g].map((pattern) => [...source.matchAll(pattern)]);
  if (first.length !== 1 || second.length !== 1) return [];
  const [a, b] = [first[0].index, second[0].index];
  const swapped = [...source];
  swapped[a] = '1';
  swapped[b] = '0';
  const change = 'the gradients of the first two inputs are swapped';
  return [{ ...at(source, change, a), source: swapped.join('') }];
}

function at(source, change, index) {
  const line = source.slice(0, index).split('\n').length;
  return { change, line, text: source.split('\n')[line - 1].trim() };
}
