import { meanEstimate, pearson } from '@understory/statistics';

/** The maps of two explainers of a study, compared image by image. */
export interface MapCorrelation {
  readonly first: string;
  readonly second: string;
  /** Images on which both have a map that is not constant. */
  readonly n: number;
  /** Over images, of Pearson's correlation over the positions of the maps. */
  readonly mean: number | null;
  /** 95 %, bootstrap. */
  readonly interval: readonly [low: number, high: number] | null;
}

/** The maps of one image, each with what it is of. */
export interface MapsOfImage {
  readonly image: string;
  readonly maps: readonly { readonly explainer: string; readonly target: string; readonly values: ArrayLike<number> }[];
}

/** Every pair of explainers once, compared on maps of the same target and size; an image with several targets counts once. */
export function mapCorrelations(images: readonly MapsOfImage[], seed: number): readonly MapCorrelation[] {
  const names = [...new Set(images.flatMap(({ maps }) => maps.map(({ explainer }) => explainer)))];
  return names.flatMap((first, at) =>
    names.slice(at + 1).map((second): MapCorrelation => {
      const perImage = images.flatMap(({ maps }) => meanOf(correlationsOf(maps, first, second)));
      const { n, estimate, interval } = meanEstimate(perImage, { share: false, seed });
      return { first, second, n, mean: estimate, interval };
    }),
  );
}

function correlationsOf(maps: MapsOfImage['maps'], first: string, second: string): readonly number[] {
  return maps.flatMap(({ explainer, target, values }) => {
    if (explainer !== first) return [];
    const other = maps.find((each) => each.explainer === second && each.target === target);
    if (other === undefined || other.values.length !== values.length) return [];
    const pairs = [Array.from(values), Array.from(other.values)] as const;
    if (!pairs.flat().every(Number.isFinite)) return [];
    return pearson(...pairs).value ?? [];
  });
}

/** Nothing of no values. */
function meanOf(values: readonly number[]): readonly number[] {
  return values.length === 0 ? [] : [values.reduce((sum, value) => sum + value, 0) / values.length];
}
