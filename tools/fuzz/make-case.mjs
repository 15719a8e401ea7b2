import { Draw } from './draw.mjs';
import { kinds } from './kinds/index.mjs';

const byName = new Map(kinds.map(({ kind }) => [kind.name, kind]));
const weights = Object.fromEntries(kinds.map(({ kind, weight }) => [kind.name, weight]));

/**
 * The case of a seed and a number: files by path, and steps, each a command line (`argv`, `outs` that it may write to, `through`) or a
 * change of the folder (`change`).
 */
export async function makeCase({ seed, index, kind: wanted }) {
  const draw = Draw.of(seed, index);
  const name = wanted ?? draw.fork('kind').weighted(weights);
  const kind = byName.get(name);
  if (kind === undefined) throw new Error(`no kind is called "${name}": ${[...byName.keys()].join(', ')}`);
  return { kind: name, ...(await kind.make(draw.fork(name))) };
}
