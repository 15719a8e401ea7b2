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
  | Similarity
  /** A weighted sum of objectives, for contrasts such as "left" minus "right". */
  | { readonly kind: 'sum'; readonly terms: readonly { readonly weight: number; readonly of: Objective }[] }
  /** A vector-Jacobian product: outputs weighted by tensors of their own shape; its value is the sum of the products per sample. */
  | { readonly kind: 'cotangent'; readonly cotangents: Readonly<Record<string, Tensor>> };

/**
 * `scale` (1 by default) times the cosine between an output, its numbers of one sample read as one vector, and a vector a sample:
 * `to` is `[N, D]`, or any shape of D numbers a sample, such as another picture's output. Only its directions count: vectors of another
 * length than 1 are normalised. Where the output is shorter than 1e-8 its length counts as 1e-8, as in PyTorch.
 */
export interface Similarity {
  readonly kind: 'similarity';
  readonly output: string;
  readonly to: Tensor<'float32'>;
  readonly scale?: number;
}

/** What stays of an objective when its numbers are taken out: which outputs it reads, and how. */
export type ObjectiveForm =
  | { readonly kind: 'score'; readonly output: string }
  | { readonly kind: 'crossEntropy'; readonly output: string }
  | { readonly kind: 'similarity'; readonly output: string }
  | { readonly kind: 'cotangent'; readonly outputs: readonly string[] }
  | { readonly kind: 'sum'; readonly terms: readonly ObjectiveForm[] };

/** The outputs an objective reads, each once. */
export function outputsOf(objective: Objective): readonly string[] {
  switch (objective.kind) {
    case 'score':
    case 'crossEntropy':
    case 'similarity':
      return [objective.output];
    case 'sum':
      return [...new Set(objective.terms.flatMap((term) => outputsOf(term.of)))];
    case 'cotangent':
      return Object.keys(objective.cotangents);
  }
}
