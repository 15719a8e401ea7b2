import type { QuestionRow } from './row.ts';
import { plain } from './words.ts';

interface AskedOnce {
  readonly row: Pick<QuestionRow, 'item' | 'kind' | 'isSpatial'>;
  readonly answer: string;
  readonly said: string;
}

/** A question with what it gets where its image is another one. */
export interface OfOthers {
  readonly row: AskedOnce['row'];
  /** How often the right answer is given to the same question about the other images, in 0..1. */
  readonly right: number;
}

/** What questions that are asked of several images get of each other: the answers to one, held against what is right of another. */
export class OtherImages {
  readonly #texts = new Map<string, AskedOnce[]>();

  add({ item, kind, isSpatial, question, answer, said }: QuestionRow): void {
    const asked = this.#texts.get(plain(question)) ?? [];
    this.#texts.set(plain(question), asked);
    asked.push({ row: { item, kind, isSpatial }, answer: plain(answer), said: plain(said[0]!) });
  }

  /** Of all questions that were asked of two images or more. */
  all(): readonly OfOthers[] {
    return [...this.#texts.values()].flatMap((asked): readonly OfOthers[] => {
      if (asked.length < 2) return [];
      const said = new Map<string, number>();
      for (const each of asked) said.set(each.said, (said.get(each.said) ?? 0) + 1);
      return asked.map(({ row, answer, said: own }) => ({
        row,
        right: ((said.get(answer) ?? 0) - Number(own === answer)) / (asked.length - 1),
      }));
    });
  }
}
