import { readingOf, type AskedModel } from './axes/layer-axes.ts';
import type { LayerSpec } from './contracts/model.ts';
import { smallestOf } from './long-lists.ts';

/** Maps smaller than this part of the picture are pooled for context, not what a network sees with. */
const largestStep = 32;

/**
 * Where `outputs` are maps themselves, of which a few positions are explained: the last of the layers on the path that have the fewest positions, but at
 * least one for 32 x 32 pixels. In front of it is all that the network knows of the picture as a whole, which is where Vinogradova et al. 2020 read a
 * segmenter. Undefined where the outputs are no maps, or sizes are only known when the model runs.
 */
export function coarsestLayer(
  model: AskedModel,
  outputs: readonly string[],
  isOnPath: (name: string) => boolean,
  image?: string,
): LayerSpec | undefined {
  const counts = new Map(
    model.layers.flatMap((layer) => {
      const count = positionsOf(model, layer);
      return count === undefined || count < 2 ? [] : [[layer.name, count] as const];
    }),
  );
  const areMaps = outputs.length > 0 && outputs.every((name) => counts.has(name));
  const least = leastPositions(model, image);
  if (!areMaps || least === undefined) return undefined;
  const explained = smallestOf(outputs.map((name) => counts.get(name)!));
  const smaller = [...new Set(counts.values())].filter((count) => count >= least && count <= explained);
  for (const count of smaller.sort((one, other) => one - other)) {
    const found = model.layers.findLast(
      ({ name }) => counts.get(name) === count && !outputs.includes(name) && isOnPath(name),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** How many positions a layer has that is read as maps. */
function positionsOf(model: AskedModel, { name, dims }: LayerSpec): number | undefined {
  const reading = readingOf(model, name);
  if (reading?.kind !== 'map' || dims === undefined) return undefined;
  const sizes = reading.axes.flatMap(({ factors }, at) =>
    factors.flatMap(({ role, size }) =>
      role === 'height' || role === 'width' ? [size ?? (factors.length === 1 ? dims[at] : undefined)] : [],
    ),
  );
  return sizes.every((size) => typeof size === 'number')
    ? sizes.reduce((product, size) => product * size, 1)
    : undefined;
}

function leastPositions({ inputs }: AskedModel, image: string | undefined): number | undefined {
  const pictures = inputs.filter(({ name, dims }) => dims?.length === 4 && (image === undefined || name === image));
  const sizes = pictures.flatMap(({ dims }) => {
    const [, first, second, third] = dims!;
    const [height, width] =
      typeof third === 'number' && third <= 4 && Number(first) > 4 ? [first, second] : [second, third];
    return typeof height === 'number' && typeof width === 'number'
      ? [(height / largestStep) * (width / largestStep)]
      : [];
  });
  return sizes.length === 0 ? undefined : smallestOf(sizes);
}
