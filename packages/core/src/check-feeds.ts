import type { Feeds } from './contracts/model.ts';
import { errors } from './errors/index.ts';
import type { Tensor } from './tensor/tensor.ts';
import type { TensorSpec } from './tensor/tensor-spec.ts';

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
    checkSamples({ name, type, dims }, tensor, 'N');
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

/** Throws FEEDS_INVALID where a tensor that is given for a layer has another type, other dimensions or another batch size. */
export function checkActivation(layer: TensorSpec, tensor: Tensor, batch: number): void {
  checkSamples(layer, tensor, batch);
}

/** Throws FEEDS_INVALID where what feeds are compared with has other names, types or dimensions than they, or where there is nothing. */
export function checkReference(reference: Feeds, feeds: Feeds): void {
  for (const [name, tensor] of Object.entries(reference)) {
    const feed = feeds[name];
    const told = ({ type, dims }: Tensor) => `${type} [${dims.join(', ')}]`;
    if (feed && told(feed) === told(tensor)) continue;
    throw errors.feedsInvalid({
      input: name,
      found: `a reference ${told(tensor)}`,
      expected: feed ? told(feed) : `a reference of ${Object.keys(feeds).join(', ')}`,
    });
  }
  if (Object.keys(reference).length > 0) return;
  throw errors.feedsInvalid({
    input: Object.keys(feeds).join(', '),
    found: 'rules that compare two images, and no reference',
    expected: 'a reference of at least one input',
  });
}

/** What a tensor is but for its batch, which may be any number where it is `N`. */
function checkSamples({ name, type, dims }: TensorSpec, tensor: Tensor, batch: number | 'N'): void {
  const wanted = dims?.slice(1);
  const fits =
    tensor.type === type &&
    (batch === 'N' || tensor.dims[0] === batch) &&
    (!wanted ||
      (tensor.dims.length === wanted.length + 1 &&
        wanted.every((dim, axis) => typeof dim === 'string' || dim === tensor.dims[axis + 1])));
  if (fits) return;
  throw errors.feedsInvalid({
    input: name,
    found: `${tensor.type} [${tensor.dims.join(', ')}]`,
    expected: `${type} [${[batch, ...(wanted ?? ['...'])].join(', ')}]`,
  });
}
