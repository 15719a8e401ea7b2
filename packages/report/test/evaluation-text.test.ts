import { describe, expect, it } from '@jest/globals';
import type { EvaluationParameters, EvaluationRow } from '@understory/studies';
import { summarise } from '@understory/studies/results';
import { evaluationText, type Style } from '../src/text.ts';

const same = (text: string) => text;
const plain: Style = { bold: same, dim: same, cyan: same, green: same, yellow: same };

/** Each explainer's value lies a tenth above that of the one before, on six images. */
async function textFor(explainers: readonly string[]): Promise<string> {
  const rows = Array.from({ length: 6 }, (_, image) => image).flatMap((image) =>
    explainers.map((explainer, at): EvaluationRow => ({
      ...{ item: `test/${image}`, label: null, predicted: 0, predictedLabel: null, probability: 1, correct: null },
      ...{ target: 0, targetLabel: null, explainer, metric: 'mass', value: at / 10, reason: null },
      ...{ curve: null, details: null },
    })),
  );
  const mass = { name: 'mass', id: 'mass', title: 'Mass', description: '', better: 'higher' as const };
  const { summary } = await summarise(rows, { metrics: [mass], order: explainers });
  const parameters: EvaluationParameters = {
    dataset: { name: 'six' },
    explainers: explainers.map((name) => ({ name, title: name })),
    metrics: [{ ...mass, range: [0, null], preset: null, options: {} }],
  };
  return evaluationText(summary, parameters, plain);
}

describe('evaluationText', () => {
  it('has a line for each pair, those with the reference by themselves', async () => {
    const text = await textFor(['random', 'cam', 'sobel']);
    expect(text).toMatch(/minus random:\n.*\n +cam +0\.100 .*\n +sobel +0\.200 .*\n/);
    expect(text).toMatch(/each minus each other:\n.*\n +cam − sobel +−0\.100 .*\n$/);
  });

  it('says how a metric is read', async () => {
    expect(await textFor(['random', 'cam'])).toContain('\nmass, higher is better, 0 or more\n');
  });

  it('has no others where there are two explainers', async () => {
    expect(await textFor(['random', 'cam'])).not.toContain('each other');
  });

  it('says where to find more pairs than a terminal is good for', async () => {
    const few = await textFor(['random', 'a', 'b', 'c', 'd', 'e']);
    expect(few).toContain('  d − e ');
    const many = await textFor(['random', 'a', 'b', 'c', 'd', 'e', 'f']);
    expect(many).toContain('15 pairs of other explainers on the same images: in the report\n');
    expect(many).not.toContain('d − e');
    expect(many).toMatch(/minus random:\n.*\n +a +0\.100 /);
  });
});
