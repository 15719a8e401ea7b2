import { configurable, float32 } from '@understory/core';

/** Lets every other cell of a checkerboard change; the cell in the upper left corner is one of them. */
export const checkerboard = configurable(
  'The mask "checkerboard"',
  { cell: { type: 'integer', default: 8, range: [1, 4096], description: 'The side of a cell in pixels.' } },
  ({ cell }) => {
    /** @type {import('@understory/core').Mask} */
    const mask = {
      async draw({ height, width, samples }) {
        const weights = Float32Array.from({ length: height * width }, (_, place) => {
          const [row, column] = [Math.floor(place / width), place % width];
          return (Math.floor(row / cell) + Math.floor(column / cell)) % 2 === 0 ? 1 : 0;
        });
        return Array.from({ length: samples }, () => float32(weights.slice(), [height, width]));
      },
    };
    return mask;
  },
);
