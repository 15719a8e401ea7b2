import type { EvaluationRow } from '../../src/index.ts';

export function row(over: Partial<EvaluationRow> = {}): EvaluationRow {
  return {
    ...{ item: 'test/0', label: 'cat', predicted: 3, predictedLabel: 'cat', probability: 0.9, correct: true },
    ...{ target: 3, targetLabel: 'cat', explainer: 'cam', metric: 'deletion', value: 0.2, reason: null },
    ...{ curve: null, details: null },
    ...over,
  };
}

/** Forty images on which `cam` lies a fifth below random order, give or take what its place in the list says. */
export function runRows(): EvaluationRow[] {
  return Array.from({ length: 40 }, (_, at) => at).flatMap((at) => {
    const wobble = ((at * 7) % 11) / 100;
    const facts = { item: `test/${at}`, correct: at % 5 !== 0 };
    const curve = (end: number) => ({ x: [0, 0.25, 0.5], y: [1, (1 + end) / 2, end] });
    return [
      row({ ...facts, explainer: 'random-order', value: 0.4 - wobble / 2, curve: curve(0.6 - wobble) }),
      row({ ...facts, value: 0.2 + wobble, curve: curve(0.2 + wobble) }),
    ];
  });
}
