/** What a model may ask for; no exporter comes near these. The README lists them. */
export const limits = {
  /** Bodies of control flow that lie in each other, and functions that call each other. */
  nesting: 100,
  /** Nodes once every function is unfolded. */
  nodes: 250_000,
  /** Axes of one tensor. */
  rank: 64,
  /** Elements of one tensor whose sizes are known ahead. */
  elements: 2 ** 30,
  /** Elements of all tensors that are computed from constants alone, which runtimes compute when they open a model. */
  constantElements: 2 ** 31,
  /** Steps of loops that nothing in the model can end earlier, inner loops multiplied with those around them. */
  steps: 1_000_000,
} as const;
