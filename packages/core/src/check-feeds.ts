import type { Feeds, TensorSpec } from './contracts/model.ts';
import { errors } from './errors.ts';

/** The batch size of feeds for these inputs; throws FEEDS_INVALID where names, types, dimensions or batch sizes do not fit. */
export function checkFeeds(inputs: readonly TensorSpec[], feeds: Feeds): number {
  const batches = new Map<string, number>();
  for (const { name, type, dims } of inputs) {
    const tensor = feeds[name];
    if (!tensor)
      throw errors.feedsInvalid({
        input: name,
        found: `feeds for ${Object.keys(feeds).join(', ') || 'nothing'}`,
        expected: `a tensor named "${name}"`,
      });
    const wanted = dims?.slice(1);
    const fits =
      tensor.type === type &&
      (!wanted ||
        (tensor.dims.length === wanted.length + 1 &&
          wanted.every((dim, axis) => typeof dim === 'string' || dim === tensor.dims[axis + 1])));
    if (!fits) {
      throw errors.feedsInvalid({
        input: name,
        found: `${tensor.type} [${tensor.dims.join(', ')}]`,
        expected: `${type} [${['N', ...(wanted ?? ['...'])].join(', ')}]`,
      });
    }
    batches.set(name, tensor.dims[0] ?? 1);
  }
  for (const name of Object.keys(feeds)) {
    if (!batches.has(name))
      throw errors.feedsInvalid({
        input: name,
        found: `a feed named "${name}"`,
        expected: inputs.map((input) => input.name).join(', '),
      });
  }
  const [batch = 0, ...others] = new Set(batches.values());
  if (others.length > 0 || batch === 0) {
    throw errors.feedsInvalid({
      input: [...batches.keys()].join(', '),
      found: `batches of ${[...batches.values()].join(', ')}`,
      expected: 'one batch size of at least 1 for all inputs',
    });
  }
  return batch;
}
