import { configurable, flatMap } from '@understory/core';
import type { Measurement, Metric, Model } from '@understory/core';
import { faithfulnessErrors } from '../errors.ts';
import { interpolationOption, mapNotFinite } from '../pixel-scores.ts';
import { samplesOf } from '../samples.ts';
import { similarityOf, similarityOption } from './similarity.ts';
import type { Similarities } from './similarity.ts';

/** A metric that keeps models open. */
export interface SanityMetric extends Metric {
  /** Closes the randomised models. */
  dispose(): Promise<void>;
}

/**
 * How much of a heat map survives when the weights behind it are re-initialised, layer by layer from the output backwards.
 *
 * The value is the mean over the stages of the cascade of the chosen similarity to the map of the trained network; the curve has it at
 * each share of randomised layers, from 1 at 0. Structural similarity compares maps at the size of the input, min-max to 0..1; rank
 * correlation compares them as the explainer gave them. A stage whose map is the same everywhere has no
 * similarity (0 / 0) and is left out of mean and curve; `flatMaps` in the details counts them. Undefined where all are, or the map of the
 * trained network is. Lower is better. Weights are drawn once for all images, with `seed`. Adebayo et al. 2018, "Sanity Checks for Saliency Maps", section 3.1.
 */
export const sanity = configurable(
  'The metric "sanity"',
  {
    ...similarityOption('rank-correlation'),
    stages: {
      type: 'integer',
      default: 5,
      range: [1, 10_000],
      description: 'Number of randomised networks; the layers are distributed evenly, at most one network per layer.',
    },
    seed: { type: 'integer', default: 0, range: [0, 2 ** 32 - 1], description: 'What the weights are drawn with.' },
    ...interpolationOption,
  },
  ({ similarity, stages, seed, interpolation }): SanityMetric => {
    const cascade = new Cascade(stages, seed);
    return {
      better: 'lower',
      range: [-1, 1],
      needs: ['explain', 'randomised'],
      async evaluate(request) {
        const { input } = samplesOf(request);
        const { explain } = request;
        if (explain === undefined) {
          const next = 'Hand over the explainer that made the maps.';
          throw faithfulnessErrors.requestLacks({ metric: 'sanity', what: 'explainer', next });
        }
        const found: { readonly share: number; readonly similarities: readonly Similarities[] }[] = [];
        for await (const { share, model } of cascade.of(request.model)) {
          request.signal?.throwIfAborted();
          const maps = await explain({ model });
          const similarities = maps.map((map, sample) =>
            similarityOf(request.maps[sample]!, map, input, interpolation),
          );
          found.push({ share, similarities });
        }
        return request.maps.map((map, sample): Measurement => {
          if (!map.data.every(Number.isFinite)) return { value: undefined, reason: mapNotFinite };
          if (map.data.every((value) => value === map.data[0])) {
            return { value: undefined, reason: flatMap };
          }
          const stages = found.map(({ share, similarities }, at) => ({ share, at, ...similarities[sample]! }));
          const own = stages.filter(({ isFlat }) => !isFlat);
          if (own.length === 0) {
            return { value: undefined, reason: 'the heat map of every randomised network is the same everywhere' };
          }
          if (own.some(({ ssim }) => Number.isNaN(ssim))) {
            return { value: undefined, reason: 'a heat map of a randomised network holds values that are not finite' };
          }
          const values = own.map((stage) => (similarity === 'ssim' ? stage.ssim : stage.correlation));
          return {
            value: mean(values),
            curve: { x: [0, ...own.map(({ share }) => share)], y: [1, ...values] },
            details: {
              ssim: mean(own.map(({ ssim }) => ssim)),
              rankCorrelation: mean(own.map(({ correlation }) => correlation)),
              flatMaps: stages.length - own.length,
              ...Object.fromEntries(own.map(({ ssim, at }) => [`ssim.${at + 1}`, ssim])),
              ...Object.fromEntries(own.map(({ correlation, at }) => [`rankCorrelation.${at + 1}`, correlation])),
            },
          };
        });
      },
      dispose: () => cascade.close(),
    };
  },
);

/** The randomised networks of the model that was asked for last, opened when first needed. */
class Cascade {
  readonly #stages: number;
  readonly #seed: number;
  #trained: Model | undefined;
  #opened: Promise<Model>[] = [];

  constructor(stages: number, seed: number) {
    this.#stages = stages;
    this.#seed = seed;
  }

  /** From the fewest randomised layers to all; throws METRIC_NOT_APPLICABLE. */
  async *of(model: Model): AsyncGenerator<{ readonly share: number; readonly model: Model }> {
    const { weightedLayers: layers = [] } = model;
    if (model.randomised === undefined || layers.length === 0) {
      const next = 'Use a backend that can re-initialise weights, such as onnx, and a network with learned weights.';
      throw faithfulnessErrors.requestLacks({
        metric: 'sanity',
        what: 'layers whose weights can be re-initialised',
        next,
      });
    }
    if (this.#trained !== model) {
      await this.close();
      this.#trained = model;
    }
    const stages = Math.min(this.#stages, layers.length);
    for (let stage = 1; stage <= stages; stage += 1) {
      const count = Math.round((stage * layers.length) / stages);
      const opened = (this.#opened[stage - 1] ??= model.randomised({ layers: layers.slice(-count), seed: this.#seed }));
      yield { share: count / layers.length, model: await opened };
    }
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = [];
    this.#trained = undefined;
    // A model that could not be opened has told so to whom it was opened for.
    const results = await Promise.allSettled(opened);
    await Promise.all(results.map((result) => (result.status === 'fulfilled' ? result.value.close() : undefined)));
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
