export interface Diagnosis {
  /** Stable and in capitals; the README lists every one. */
  readonly code: string;
  readonly message: string;
  readonly found: string;
  readonly expected: string;
  readonly next: string;
  /** What could be changed, as data for a front end to name in its own words. */
  readonly remedy?: Remedy | undefined;
  readonly cause?: unknown;
}

export type Remedy =
  | { readonly kind: 'settings'; readonly settings: readonly { readonly name: string }[] }
  | { readonly kind: 'list'; readonly of: 'layers' | 'outputs' };

/** What went wrong with a model or a request, with what was found, what was expected and what to do next. */
export class AutodiffError extends Error {
  override readonly name = 'AutodiffError';
  readonly code: string;
  readonly found: string;
  readonly expected: string;
  readonly next: string;
  readonly remedy?: Remedy | undefined;

  constructor(diagnosis: Diagnosis) {
    super(diagnosis.message, 'cause' in diagnosis ? { cause: diagnosis.cause } : undefined);
    this.code = diagnosis.code;
    this.found = diagnosis.found;
    this.expected = diagnosis.expected;
    this.next = diagnosis.next;
    if (diagnosis.remedy !== undefined) this.remedy = diagnosis.remedy;
  }
}

const reexport = 'Export or download the model again.';

export const errors = {
  notReadable: ({ model, reason, cause }: { model: string; reason: string; cause?: unknown }) =>
    new AutodiffError({
      code: 'MODEL_NOT_READABLE',
      message: `The model "${model}" cannot be read.`,
      found: reason,
      expected: 'a complete ONNX file, with external weights in its own folder',
      next: reexport,
      cause,
    }),
  weightsMissing: (model: string, missing: readonly string[]) =>
    new AutodiffError({
      code: 'MODEL_WEIGHTS_MISSING',
      message: `Weights of the model "${model}" are missing.`,
      found: `no ${missing.map((file) => `"${file}"`).join(', ')} beside the model`,
      expected: `${missing.length === 1 ? 'the file' : 'the files'} that the model references for its weights, in its own folder`,
      next: 'Copy the exported weight files next to the model, under the same names, or export the model with embedded weights.',
    }),
  notOnnx: (found: string, cause?: unknown) =>
    new AutodiffError({
      code: 'ONNX_NOT_A_MODEL',
      message: 'This is not an ONNX model.',
      found,
      expected: 'a serialised ONNX ModelProto with a graph',
      next: `Check that the path leads to an .onnx file and not to a download page, a Git LFS pointer or another format. ${reexport}`,
      cause,
    }),
  truncated: (found: string, cause?: unknown) =>
    new AutodiffError({
      code: 'ONNX_TRUNCATED',
      message: 'The ONNX file ends in the middle of its contents.',
      found,
      expected: 'a complete file',
      next: reexport,
      cause,
    }),
  opset: (found: number | undefined, oldest: number, newest: number) =>
    new AutodiffError({
      code: 'ONNX_OPSET',
      message: 'The model is written in a version of the ONNX operator set that is not supported.',
      found: found === undefined ? 'no import of the ai.onnx operator set' : `opset ${found}`,
      expected: `opset ${oldest} to ${newest}`,
      next: 'Export the model again with an opset in this range (17 is a good choice).',
    }),
  unsupported: (what: string, found: string, expected: string) =>
    new AutodiffError({
      code: 'ONNX_UNSUPPORTED',
      message: `The model has ${what}, which cannot be read.`,
      found,
      expected,
      next: 'Export the model again without them.',
    }),
  malformed: (what: string, where: string, cause?: unknown) =>
    new AutodiffError({
      code: 'ONNX_MALFORMED',
      message: `The graph is not a valid ONNX graph: ${what}.`,
      found: where,
      expected: 'an acyclic graph in which every tensor has one producer and every input is defined',
      next: 'Check the model with onnx.checker and export it again.',
      cause,
    }),
  tooLarge: (what: string, found: string, most: string) =>
    new AutodiffError({
      code: 'ONNX_TOO_LARGE',
      message: `The model exceeds a limit: ${what}.`,
      found,
      expected: `at most ${most}`,
      next: `Check that the file is what its exporter wrote, and where it comes from. ${reexport}`,
    }),
  fedTooLarge: (found: string, fed: string, most: string) =>
    new AutodiffError({
      code: 'ONNX_TOO_LARGE',
      message:
        'The model asks for more than is allowed: with these feeds a tensor is larger than any image model needs.',
      found: `${found}, fed with ${fed}`,
      expected: `at most ${most}`,
      next: 'Feed smaller images or fewer of them at a time; where they are small, check that the file is what its exporter wrote.',
    }),
  windowTooLarge: (found: string) =>
    new AutodiffError({
      code: 'RUN_FAILED',
      message: 'The model cannot run on these sizes: a window is larger than its padded input.',
      found,
      expected: 'sizes that leave at least one place for every window',
      next: 'Feed larger images, or check that the model was exported for images of this size.',
    }),
  invalidNode: (operator: string, node: string, cause: unknown) =>
    new AutodiffError({
      code: 'ONNX_MALFORMED',
      message: `The graph is not a valid ONNX graph: ${operator} is used in an invalid form.`,
      found: `node "${node}" (${cause instanceof Error ? cause.message : String(cause)})`,
      expected: 'inputs, outputs and attributes as the operator set defines them',
      next: 'Check the model with onnx.checker and export it again.',
      cause,
    }),
  noGradientRule: (operator: string, node: string, opset: number, path: string) =>
    new AutodiffError({
      code: 'GRADIENT_UNSUPPORTED_OPERATOR',
      message: `There is no gradient for the operator ${operator}, which lies on the path ${path}.`,
      found: `${operator} (node "${node}", opset ${opset})`,
      expected: 'an operator with a gradient rule on every step of the path',
      next:
        'Explain a layer behind this operator, use an explainer that needs no gradients (cam, rise, occlusion, scorecam, ablationcam), ' +
        'or add a rule as docs/how-to/gradient-rule.md tells.',
      remedy: { kind: 'settings', settings: [{ name: 'layer' }] },
    }),
  noRelevanceRule: (operator: string, node: string) =>
    new AutodiffError({
      code: 'RELEVANCE_UNSUPPORTED_OPERATOR',
      message: `Layer-wise relevance propagation has no rule for the way ${operator} is used here.`,
      found: `${operator} (node "${node}")`,
      expected:
        'convolutions and products with weights, sums, pooling, activations of one number, and what moves or chooses values',
      next: 'Explain the scores in front of it, such as logits, or use another explainer, such as input-x-gradient.',
    }),
  noRescaleRule: (operator: string, node: string) =>
    new AutodiffError({
      code: 'DEEPLIFT_UNSUPPORTED_OPERATOR',
      message: `DeepLIFT has no rule for the way ${operator} is used here.`,
      found: `${operator} (node "${node}")`,
      expected:
        'convolutions, products, sums, pooling, activations of one number, and what moves or chooses values by places that are the same for image and baseline',
      next: 'Explain the scores in front of it, such as logits, or use another explainer, such as integrated-gradients.',
    }),
  ruleLimit: (operator: string, node: string, found: string, expected: string) =>
    new AutodiffError({
      code: 'GRADIENT_UNSUPPORTED_FORM',
      message: `The gradient of ${operator} does not cover the way node "${node}" uses it.`,
      found,
      expected,
      next: 'Explain a layer after this operator, or use an explainer that needs no gradients (cam, rise, occlusion, scorecam, ablationcam).',
    }),
  noPath: (from: string, to: string) =>
    new AutodiffError({
      code: 'GRADIENT_NO_PATH',
      message: `The objective does not depend on "${from}" in a differentiable way.`,
      found: `no differentiable path from "${from}" to ${to}`,
      expected: 'a tensor that the objective is computed from',
      next: 'Ask for a layer between the input and the output.',
      remedy: { kind: 'list', of: 'layers' },
    }),
  unknownTensor: (name: string, suggestions: readonly string[]) =>
    new AutodiffError({
      code: 'GRADIENT_UNKNOWN_TENSOR',
      message: `The model has no tensor named "${name}".`,
      found: name,
      expected: suggestions.length > 0 ? `for example ${suggestions.join(', ')}` : 'a tensor of the graph',
      next: 'Pass the name or module path of one of the layers of the model.',
      remedy: { kind: 'list', of: 'layers' },
    }),
  objective: (message: string, found: string, expected: string) =>
    new AutodiffError({
      code: 'GRADIENT_OBJECTIVE',
      message,
      found,
      expected,
      next: 'Give an objective that fits the shape of the output.',
      remedy: { kind: 'list', of: 'outputs' },
    }),
  upgrade: (operator: string, node: string, found: string, expected: string) =>
    new AutodiffError({
      code: 'ONNX_UPGRADE',
      message: `Node "${node}" uses an old form of ${operator} that cannot be read.`,
      found,
      expected,
      next: 'Export the model again with a newer opset (17 is a good choice).',
    }),
};
