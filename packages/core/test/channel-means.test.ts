import { describe, expect, it } from '@jest/globals';
import { channelMeans, float32, imageInputOf } from '@understory/core';

/** Two rows of three pixels of three channels: channel c of pixel p is 10 c + p. */
const value = (channel: number, pixel: number) => 10 * channel + pixel;
const [channels, pixels] = [[0, 1, 2] as const, [0, 1, 2, 3, 4, 5] as const];

describe('channelMeans', () => {
  it.each([
    { dims: [1, 3, 2, 3], data: channels.flatMap((channel) => pixels.map((pixel) => value(channel, pixel))) },
    {
      dims: [1, 2, 5, 3],
      data: [...Array(10).keys()].flatMap((pixel) => channels.map((channel) => value(channel, pixel))),
    },
  ])('is one mean a channel, wherever the channels are: $dims', ({ dims, data }) => {
    const feeds = { image: float32(Float32Array.from(data), dims) };
    const input = imageInputOf({ inputs: [{ name: 'image', type: 'float32', dims }] }, feeds);
    const middle = (input.height * input.width - 1) / 2;
    expect(channelMeans(feeds.image.data, input)).toEqual([middle, 10 + middle, 20 + middle]);
  });
});
