import { isFloat, type Model, type TensorSpec } from '@understory/core';

/** From the name that says most to the one that says least; an embedding that was made of another is as good, for only its direction counts. */
const telling = [/^(?:image|text)_embeds$/i, /embed/i, /features?$/i, /pool/i];

/** The outputs that may hold one embedding for each sample, `[N, D]`: those of the most telling name where several do. */
export function embeddingOutputs(outputs: readonly TensorSpec[]): readonly TensorSpec[] {
  const rows = outputs.filter((output) => isFloat(output) && isRow(output));
  if (rows.length < 2) return rows;
  const pattern = telling.find((each) => rows.some(({ name }) => each.test(name)));
  return pattern === undefined ? rows : rows.filter(({ name }) => pattern.test(name));
}

function isRow({ dims }: TensorSpec): boolean {
  if (dims === undefined) return true;
  const [, ...rest] = dims;
  return rest.filter((dim) => dim !== 1).length === 1;
}

/** How many numbers an embedding has; undefined where only a run tells. */
export function widthOf({ dims }: Pick<TensorSpec, 'dims'>): number | undefined {
  const sizes = dims?.slice(1) ?? [''];
  return sizes.every((size) => typeof size === 'number')
    ? sizes.reduce((product, size) => product * size, 1)
    : undefined;
}

/** A tensor of a model by name: an output, a layer or an input. */
export function tensorOf({ outputs, layers }: Pick<Model, 'outputs' | 'layers'>, name: string): TensorSpec | undefined {
  return [...outputs, ...layers].find((tensor) => tensor.name === name);
}
