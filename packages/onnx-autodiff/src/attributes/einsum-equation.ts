import { errors } from '../errors.ts';
import type { Node } from '../node.ts';

/** One letter an axis, of each operand and of the result. */
export interface Labels {
  readonly inputs: readonly string[];
  readonly output: string;
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The equation of an Einsum node with every axis named: ellipses become letters, an implicit result is written out. */
export function labelsOf(node: Node, ranks: readonly number[]): Labels {
  const equation = node.string('equation', '').replaceAll(' ', '');
  const [left, right] = equation.split('->');
  const terms = left!.split(',');
  const malformed = (what: string) => errors.malformed(`${what} in the equation "${equation}"`, `node "${node.name}"`);
  if (terms.length !== ranks.length) throw malformed('the number of operands differs');
  const hidden = terms.map((term, at) => (term.includes('...') ? ranks[at]! - (term.length - 3) : 0));
  const free = [...letters].filter((letter) => !equation.includes(letter));
  const depth = hidden.reduce((most, count) => Math.max(most, count), 0);
  const dots = free.slice(0, depth).join('');
  if (dots.length < depth) throw malformed('more axes than letters');
  const inputs = terms.map((term, at) => term.replace('...', dots.slice(depth - hidden[at]!)));
  inputs.forEach((labels, at) => {
    if (labels.length !== ranks[at]) throw malformed(`operand ${at} has ${ranks[at]} axes, not ${labels.length},`);
  });
  if (right !== undefined) return { inputs, output: right.replace('...', dots) };
  const named = [...left!.replaceAll(/[.,]/g, '')];
  const once = named.filter((label) => named.indexOf(label) === named.lastIndexOf(label)).sort();
  return { inputs, output: dots + once.join('') };
}
