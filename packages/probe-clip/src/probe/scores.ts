import type { ImageTextMatcher, PixelSubject, Tensor } from '@understory/core';
import { batched, grey } from '@understory/imaging';

/** What a model gives captions on one picture: one score a caption. */
export type ScoreOf = (caption: string) => number;

/** The scores of captions on each of some pictures `[1, C, H, W]`, each caption read once. */
export async function scoresOn(
  { subject, matcher }: { readonly subject: PixelSubject; readonly matcher: ImageTextMatcher },
  pictures: readonly Tensor<'float32'>[],
  captions: readonly string[],
): Promise<readonly ScoreOf[]> {
  const distinct = [...new Set(captions)];
  const place = new Map(distinct.map((caption, at) => [caption, at]));
  const { data } = await matcher.scores(subject.feeds(batched(pictures)), distinct);
  return pictures.map((_, picture) => (caption) => data[picture * distinct.length + place.get(caption)!]!);
}

/** What captions get on a grey picture, each asked once in a run: what the model makes of their words alone. */
export class GreyScores {
  readonly #of: { readonly subject: PixelSubject; readonly matcher: ImageTextMatcher };
  readonly #known = new Map<string, number>();

  constructor(of: { readonly subject: PixelSubject; readonly matcher: ImageTextMatcher }) {
    this.#of = of;
  }

  async of(captions: readonly string[]): Promise<ScoreOf> {
    const unknown = captions.filter((caption) => !this.#known.has(caption));
    if (unknown.length > 0) {
      const { channels, height, width } = this.#of.subject;
      const [score] = await scoresOn(this.#of, [grey(channels, height, width)], unknown);
      for (const caption of unknown) this.#known.set(caption, score!(caption));
    }
    return (caption) => this.#known.get(caption)!;
  }
}
