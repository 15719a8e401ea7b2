import type { Tensor } from '../tensor/tensor.ts';

/** A position inside one sample of an output: the batch dimension is left out, so a class logit of `[N, classes]` is `[class]`. */
export type Index = readonly number[];

/**
 * The number that is explained or attacked, one value a sample, as data that any backend can compile.
 * `output` names an output of the model or one of its layers, such as the logits in front of a closing softmax.
 */
export type Objective =
  /** One element of an output per sample: a class logit, an image-text similarity, an answer's score. `index` has one entry a sample. */
  | { readonly kind: 'score'; readonly output: string; readonly index: readonly Index[] }
  /** Softmax cross-entropy of the logits `[N, classes]` against one class a sample. */
  | { readonly kind: 'crossEntropy'; readonly output: string; readonly target: readonly number[] }
  /** A weighted sum of objectives, for contrasts such as "left" minus "right". */
  | { readonly kind: 'sum'; readonly terms: readonly { readonly weight: number; readonly of: Objective }[] }
  /** A vector-Jacobian product: outputs weighted by tensors of their own shape; its value is the sum of the products per sample. */
  | { readonly kind: 'cotangent'; readonly cotangents: Readonly<Record<string, Tensor>> };

/** What stays of an objective when its numbers are taken out: which outputs it reads, and how. */
export type ObjectiveForm =
  | { readonly kind: 'score'; readonly output: string }
  | { readonly kind: 'crossEntropy'; readonly output: string }
  | { readonly kind: 'cotangent'; readonly outputs: readonly string[] }
  | { readonly kind: 'sum'; readonly terms: readonly ObjectiveForm[] };

/** The outputs an objective reads, each once. */
export function outputsOf(objective: Objective): readonly string[] {
  switch (objective.kind) {
    case 'score':
    case 'crossEntropy':
      return [objective.output];
    case 'sum':
      return [...new Set(objective.terms.flatMap((term) => outputsOf(term.of)))];
    case 'cotangent':
      return Object.keys(objective.cotangents);
  }
}
