import { betweenIn } from './between.ts';
import type { Model } from './contracts/model.ts';
import { errors } from './errors/index.ts';

/** Throws LAYER_WITHOUT_IMAGE where a layer depends on an image of another input and not on that of `image`: its map would be of the other one. */
export function checkLayerSees({ inputs, graph }: Model, layer: string, image: string): void {
  if (graph === undefined) return;
  const sees = (name: string) => betweenIn(graph, [name], [layer])(layer);
  const others = inputs.filter(({ name, dims }) => dims?.length === 4 && name !== image && sees(name));
  if (others.length === 0 || sees(image)) return;
  throw errors.layerWithoutImage({ layer, image, others: others.map(({ name }) => name) });
}
