import { float32, toFloat32, type PixelClassifier } from '@understory/core';

/** What two looks at one grey picture tell of a model. */
export interface Inspection {
  /** Whether what it calls logits is a probability for each class. */
  readonly looksLikeProbabilities: boolean;
  /** The largest difference between the two looks, over the length of what was seen; 0 of a model that is not random. */
  readonly randomness: number;
}

/** Looks twice at one grey picture, whatever is attacked, so that what is found is the same for every sample. */
export async function inspectClassifier(classifier: PixelClassifier): Promise<Inspection> {
  const { height, width } = classifier;
  const grey = float32(new Float32Array(3 * height * width).fill(0.5), [1, 3, height, width]);
  const look = async () => {
    const { model, logits } = classifier.classifier;
    return toFloat32((await model.run(classifier.feeds(grey), [logits]))[logits]!);
  };
  const first = await look();
  const second = await look();
  const length = Math.sqrt(first.reduce((sum, value) => sum + value * value, 0));
  const difference = first.reduce((most, value, at) => Math.max(most, Math.abs(value - second[at]!)), 0);
  return {
    looksLikeProbabilities: looksLikeProbabilities(first),
    randomness: difference === 0 ? 0 : difference / Math.max(length, 1e-10),
  };
}

/** Whether numbers are at least 0 and sum to 1. Croce and Hein's AutoAttack looks for the same. */
function looksLikeProbabilities(row: Float32Array): boolean {
  return (
    row.length > 1 &&
    row.every((value) => value >= 0) &&
    Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) <= 1e-3
  );
}
