import { configurable, flatMap, seededRandom, toFloat32 } from '@understory/core';
import type { Index, Measurement, Metric, MetricRequest, Objective } from '@understory/core';
import { mean } from '@understory/statistics';
import { faithfulnessErrors } from '../errors.ts';
import { interpolationOption, mapNotFinite } from '../pixel-scores.ts';
import { frameOf, samplesOf } from '../samples.ts';
import { similarityOf, similarityOption } from './similarity.ts';
import type { Similarities } from './similarity.ts';

/** A sample, of which another class is to be explained. */
export interface OtherAsked {
  readonly sample: number;
  /** The class that is explained. */
  readonly target: number;
  readonly classes: number;
  /** For this seed and what the picture shows. */
  readonly seed: number;
  readonly key: string;
}

/**
 * How alike the maps of the explained class and of a class drawn at random are: a map that does not change does not explain the class.
 *
 * Lower is better, in -1..1. The mean over `draws` other classes, no two the same; `similarity` is that of `sanity`, both are in the details. Maps of other
 * classes that are the same everywhere are left out; undefined where all are, where the own map is, and of a model with one class. Throws
 * METRIC_NOT_APPLICABLE without an explainer and where no class is explained. Sixt et al. 2020, "When Explanations Lie: Why Many Modified BP Attributions
 * Fail", the comparison with a random logit.
 */
export const randomLogit = randomLogitBy(({ seed, key, target, classes }) =>
  seededRandom(seed)
    .fork(key)
    .fork('other classes')
    .permutation(classes - 1)
    .map((other) => (other < target ? other : other + 1)),
);

/** The same with other classes in another order. */
export function randomLogitBy(othersOf: (asked: OtherAsked) => readonly number[]) {
  return configurable(
    'The metric "random-logit"',
    {
      draws: {
        type: 'integer',
        default: 1,
        range: [1, 100_000],
        description: 'How many other classes are explained, at most all of them.',
      },
      ...similarityOption('ssim'),
      ...interpolationOption,
    },
    ({ draws, similarity, interpolation }): Metric => ({
      better: 'lower',
      range: [-1, 1],
      needs: ['explain'],
      async evaluate(request) {
        const { input, pixelsOf } = samplesOf(request);
        const { explain, maps, seed } = request;
        if (explain === undefined) {
          const next = 'Hand over the explainer that made the maps.';
          throw faithfulnessErrors.requestLacks({ metric: 'random-logit', what: 'explainer', next });
        }
        const objective = classScoreOf(request.objective);
        request.signal?.throwIfAborted();
        const classes = await classCount(request, objective);
        const others = maps.map((_, sample) => {
          const { key } = frameOf(pixelsOf(sample), input);
          return othersOf({ sample, target: objective.index[sample]![0]!, classes, seed, key });
        });
        const found: Similarities[][] = maps.map(() => []);
        for (let draw = 0; draw < Math.min(draws, classes - 1); draw += 1) {
          request.signal?.throwIfAborted();
          const index = objective.index.map(([, ...rest], sample): Index => [others[sample]![draw]!, ...rest]);
          const changed = await explain({ objective: { ...objective, index } });
          changed.forEach((map, sample) => {
            found[sample]!.push(similarityOf(maps[sample]!, map, input, interpolation));
          });
        }
        return maps.map((map, sample): Measurement => {
          if (!map.data.every(Number.isFinite)) return { value: undefined, reason: mapNotFinite };
          if (map.data.every((value) => value === map.data[0])) return { value: undefined, reason: flatMap };
          if (classes < 2) return { value: undefined, reason: 'the model has no other class' };
          const own = found[sample]!.filter(({ isFlat }) => !isFlat);
          if (own.length === 0) {
            return { value: undefined, reason: 'the heat map of every other class is the same everywhere' };
          }
          if (own.some((each) => Number.isNaN(each.ssim))) {
            return { value: undefined, reason: 'a heat map of another class holds values that are not finite' };
          }
          const ssim = mean(own.map((each) => each.ssim)).value!;
          const rankCorrelation = mean(own.map((each) => each.correlation)).value!;
          return { value: similarity === 'ssim' ? ssim : rankCorrelation, details: { ssim, rankCorrelation } };
        });
      },
    }),
  );
}

type ClassScore = Extract<Objective, { readonly kind: 'score' }>;

/** The objective, where it is the score of a class; throws METRIC_NOT_APPLICABLE. */
function classScoreOf(objective: Objective): ClassScore {
  const isClass = (index: Index) => index.length > 0 && index.slice(1).every((place) => place === 0);
  if (objective.kind === 'score' && objective.index.every(isClass)) return objective;
  const next = 'Explain a class, or use another metric.';
  throw faithfulnessErrors.requestLacks({ metric: 'random-logit', what: 'class score', next });
}

async function classCount({ model, feeds, maps }: MetricRequest, { output }: ClassScore): Promise<number> {
  const outputs = await model.run(feeds, [output]);
  return toFloat32(outputs[output]!).length / maps.length;
}
