import { toFloat32, type PixelSubject, type Tensor, type VisualisedGoal } from '@understory/core';
import type { Preprocessing } from '@understory/imaging';
import type { ChosenImages } from '../environment.ts';
import { framedPixels } from '../setup/framed-pixels.ts';
import type { VisualisationRow } from './visualisation-rows.ts';

/** What a goal is for pixels `[1, C, H, W]` in 0..1. */
export async function valueOf(goal: VisualisedGoal, subject: PixelSubject, pixels: Tensor<'float32'>): Promise<number> {
  const outputs = await subject.subject.model.run(subject.feeds(pixels), Object.keys(goal));
  return Object.entries(goal).reduce((sum, [name, { data: weights }]) => {
    const values = toFloat32(outputs[name]!);
    return values.reduce((total, value, at) => total + value * weights[at]!, sum);
  }, 0);
}

/** Photographs, prepared once and held, that goals are evaluated for. */
export class Photographs {
  readonly #images: ChosenImages;
  readonly #subject: PixelSubject;
  readonly #preprocessing: Preprocessing;
  #prepared: Promise<readonly { readonly id: string; readonly pixels: Tensor<'float32'> }[]> | undefined;

  constructor(images: ChosenImages, subject: PixelSubject, preprocessing: Preprocessing) {
    this.#images = images;
    this.#subject = subject;
    this.#preprocessing = preprocessing;
  }

  /** The one with the highest value of a goal; the first of several. Throws what decoding throws. */
  async best(goal: VisualisedGoal, signal: AbortSignal): Promise<VisualisationRow['photograph']> {
    this.#prepared ??= this.#prepare();
    let best: VisualisationRow['photograph'] | undefined;
    for (const { id, pixels } of await this.#prepared) {
      signal.throwIfAborted();
      const value = await valueOf(goal, this.#subject, pixels);
      if (best === undefined || value > best.value) best = { id, value };
    }
    return best!;
  }

  async #prepare() {
    const prepared: { id: string; pixels: Tensor<'float32'> }[] = [];
    for await (const { id, picture } of this.#images.items()) {
      const { pixels } = framedPixels(this.#subject, await picture(), this.#preprocessing);
      prepared.push({ id, pixels });
    }
    return prepared;
  }
}
