import type { ImageRecord, MapRecord } from '@understory/studies';
import { className, number, percent } from '@understory/studies/results';

/** What a map is of, with its probability or number. */
export function explainedText({ target, class: explained, explained: other }: MapRecord): string {
  if (explained !== undefined) {
    return `${className(explained)}, ${percent(explained.probability)} (${target})`;
  }
  if (other === undefined) return target;
  const { label, value, probability } = other;
  const what = label === null || label === other.target ? other.target : `${label} (${other.target})`;
  return `${what}, ${probability === null ? number(value) : percent(probability)}`;
}

/** What the model decides about an image: the best class, or the decision of another task; empty where it says nothing. */
export function decisionText({ top: [best], answer }: Pick<ImageRecord, 'top' | 'answer'>): string {
  if (answer === undefined) return best === undefined ? '' : `${className(best)}, ${percent(best.probability)}`;
  const { task, decision, probability, options } = answer;
  // The probability of the best of several boxes is not one of all that is found.
  const isOne = probability !== null && options[0]?.box === undefined;
  return `${decision === '' ? task : decision}${isOne ? `, ${percent(probability)}` : ''}`;
}

/** The best classes, or the best of what a model of another task says, each with its probability or number. */
export function optionTexts({ top, answer }: Pick<ImageRecord, 'top' | 'answer'>, most: number): readonly string[] {
  if (answer === undefined) return top.slice(0, most).map((each) => `${className(each)} ${percent(each.probability)}`);
  return answer.options.slice(0, most).map(({ target, label, score, probability }) => {
    const what = label === null || label === target ? target : `${label} (${target})`;
    return `${what} ${probability === undefined ? number(score) : percent(probability)}`;
  });
}
