import {
  type PixelSubject,
  type NamedAnswer,
  type ProbeRequest,
  type QuestionAnswer,
  type QuestionAnswerer,
  type Tensor,
} from '@understory/core';
import { batched, grey } from '@understory/imaging';

/** Asks a model questions about pictures `[1, C, H, W]` in 0..1. */
export class Asker {
  readonly answerer: QuestionAnswerer;
  readonly #subject: PixelSubject;
  readonly #onGrey = new Map<string, Promise<NamedAnswer | undefined>>();

  constructor(subject: ProbeRequest['subject'], answerer: QuestionAnswerer) {
    this.#subject = subject;
    this.answerer = answerer;
  }

  /** Whether the model boxes what a question speaks of. */
  get hasBoxes(): boolean {
    return this.answerer.forms.some((form) => form.startsWith('box:'));
  }

  /** The model asked that question, which takes pixels. */
  about(question: string): PixelSubject {
    return this.#subject.shownTo(this.answerer.asking(question));
  }

  /** What the model says of each of some pictures of one size. */
  async ask(question: string, pictures: readonly Tensor<'float32'>[]): Promise<readonly QuestionAnswer[]> {
    return (await this.about(question).answer(batched(pictures))) as readonly QuestionAnswer[];
  }

  /** The best answer on a grey picture, asked once in a run: what the model makes of the words alone. */
  onGrey(question: string): Promise<NamedAnswer | undefined> {
    const known = this.#onGrey.get(question) ?? this.#askGrey(question);
    this.#onGrey.set(question, known);
    return known;
  }

  async #askGrey(question: string): Promise<NamedAnswer | undefined> {
    const { channels, height, width } = this.#subject;
    const [said] = await this.ask(question, [grey(channels, height, width)]);
    return said?.answers[0];
  }
}
