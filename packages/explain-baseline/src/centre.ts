import { configurable } from '@understory/core';
import { imageMaps } from './image-maps.ts';

/**
 * Centre: a Gaussian around the middle of the image, where photographers put what they photograph.
 *
 * exp(-(dy^2 / h^2 + dx^2 / w^2) / (2 sigma^2)) with the distances in pixels and sigma as a share of each side; 1 in the middle.
 * Judd, Ehinger, Durand and Torralba 2009, "Learning to Predict Where Humans Look", find that such a map predicts much by itself.
 */
export const centre = configurable(
  'The explainer "centre"',
  {
    sigma: {
      type: 'number',
      default: 0.25,
      range: [0.001, 100],
      description: 'Standard deviation along each side as a fraction of that side.',
    },
  },
  ({ sigma }) =>
    imageMaps((_, { height, width }) =>
      Float32Array.from({ length: height * width }, (_, pixel) => {
        const down = (Math.floor(pixel / width) + 0.5) / height - 0.5;
        const right = ((pixel % width) + 0.5) / width - 0.5;
        return Math.exp(-(down * down + right * right) / (2 * sigma * sigma));
      }),
    ),
);
