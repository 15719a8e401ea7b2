export type Json = Readonly<Record<string, unknown>>;

/** Which result of which use of a layer, and what Keras 2 calls the next with. */
export type Reference = readonly [layer: string, node: number, tensor: number, Json];

/** What Keras 3 writes a tensor as. */
export interface TensorJson {
  readonly class_name: '__keras_tensor__';
  readonly config: { readonly keras_history: readonly [string, number, number] };
}

export function isTensor(value: unknown): value is TensorJson {
  return (value as TensorJson | null)?.class_name === '__keras_tensor__';
}
