import { expect, it } from '@jest/globals';
import { float32, type MetricRequest } from '@understory/core';
import { ChainModel, flatten, linear } from '@understory/testing';
import { withinPicture } from '../src/evaluation/within-picture.ts';

const pixels = float32(
  Float32Array.from({ length: 12 }, (_, at) => at),
  [1, 1, 3, 4],
);

function request(parts: Partial<MetricRequest>): MetricRequest {
  const row = Array.from({ length: 12 }, (_, at) => at);
  return {
    model: new ChainModel({ input: [1, 3, 4], steps: [flatten('flat'), linear('logits', [row, row], [0, 0])] }),
    feeds: { pixels },
    objective: { kind: 'score', output: 'logits', index: [[0]] },
    maps: [{ height: 1, width: 1, data: Float32Array.of(1) }],
    seed: 0,
    ...parts,
  };
}

it('boxes and objects lie in the picture without its padding', () => {
  const objects = [Uint8Array.of(1, 0, 0, 1, 0, 1, 1, 0, 0, 0, 1, 0), undefined];
  const frame = { x: 1, y: 1, width: 2, height: 2 };
  const found = withinPicture(request({ objects, boxes: [[{ x: 1.5, y: 0, width: 2, height: 3 }]] }), frame);
  expect(found.objects).toEqual([Uint8Array.of(1, 1, 0, 1), undefined]);
  expect(found.boxes).toEqual([[{ x: 0.5, y: -1, width: 2, height: 3 }]]);
  expect(found.feeds['pixels']).toMatchObject({ data: Float32Array.of(5, 6, 9, 10), dims: [1, 1, 2, 2] });
});

it('a picture without padding is asked about as it is', () => {
  const asked = request({ objects: [undefined] });
  expect(withinPicture(asked, { x: 0, y: 0, width: 4, height: 3 })).toBe(asked);
});
