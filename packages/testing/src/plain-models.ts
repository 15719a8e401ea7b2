import { ImageClassifier, PixelClassifier } from '@understory/core';
import type { Model } from '@understory/core';

/** The same model without gradients and programs; all else that it has stays. */
export function withoutGradients(model: Model): Model {
  const { graph, weightedLayers } = model;
  return {
    ...bareModel(model),
    ...(graph && { graph }),
    ...(weightedLayers && { weightedLayers }),
    ...(model.randomised && { randomised: (options) => model.randomised!(options) }),
    ...(model.runFrom && { runFrom: (...request) => model.runFrom!(...request) }),
  };
}

/** The same model with nothing but what every model has. */
export function bareModel(model: Model): Model {
  const { inputs, outputs, layers, origin } = model;
  return { inputs, outputs, layers, origin, run: (...request) => model.run(...request), close: () => model.close() };
}

/** The same classifier of another model with the same inputs and outputs. */
export function classifierOf(
  { classifier, normalisation, height, width }: PixelClassifier,
  change: (model: Model) => Model,
): PixelClassifier {
  const { input, logits, labels } = classifier;
  const model = change(classifier.model);
  const other = new ImageClassifier({ model, input, logits, ...(labels && { labels }) });
  return new PixelClassifier(other, normalisation, { height, width });
}
