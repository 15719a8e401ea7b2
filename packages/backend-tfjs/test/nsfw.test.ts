import { describe, expect, it } from '@jest/globals';
import { TfjsBackend } from '@understory/backend-tfjs';
import { elementCount, float32, ImageClassifier, lastSpatialLayer } from '@understory/core';
import { nsfwModel } from './nsfw-models.ts';

const dims = [1, 224, 224, 3];
const picture = float32(
  Float32Array.from({ length: elementCount(dims) }, (_, at) => 0.5 + 0.5 * Math.sin(at / 50)),
  dims,
);

/** Files that somebody else made: one of each format, and the last feature map of each. */
const models = [
  { name: 'mobilenet_v2', logits: 'dense_3/BiasAdd', layer: 'out_relu', channels: 1280 },
  { name: 'mobilenet_v2_mid', logits: /dense\/BiasAdd$/, layer: /Relu6$/, channels: 1792 },
] as const;

describe.each(models)('$name of nsfwjs', ({ name, logits, layer, channels }) => {
  it('loads, predicts, and gives what Grad-CAM reads', async () => {
    const model = await new TfjsBackend().open(nsfwModel(name), { devices: ['wasm'] });
    const classifier = new ImageClassifier({ model });
    expect(classifier).toMatchObject({ layout: 'NHWC', endsWith: 'Softmax', scoreKind: 'logit', classCount: 5 });
    expect(classifier.logits).toMatch(logits);

    const feeds = classifier.feeds(picture);
    const [output] = model.outputs;
    const [prediction] = await classifier.predict(feeds);
    const own = (await model.run(feeds, [output!.name]))[output!.name]!;
    prediction!.probabilities.forEach((share, at) => expect(share).toBeCloseTo(Number(own.data[at]), 5));

    const reaches = (place: string) => model.differentiability(classifier.logits, place).differentiable;
    const found = lastSpatialLayer(model, reaches)!;
    expect(found.name).toMatch(layer);
    expect(found.dims).toEqual(['N', channels, 7, 7]);
    const objective = classifier.score([prediction!.ranking[0]!]);
    const request = { feeds, objective, withRespectTo: [found.name], fetch: [found.name] };
    const { gradients, value, fetched } = await model.differentiate(request);
    // What follows is pooling and a head of which the gradient is known: finite differences along it.
    const gradient = gradients[found.name]!.data as Float32Array;
    const length = Math.hypot(...gradient);
    const moved = float32(
      (fetched[found.name]!.data as Float32Array).map((value, at) => value + (0.01 * gradient[at]!) / length),
      fetched[found.name]!.dims,
    );
    const after = (await model.runFrom(feeds, { [found.name]: moved }, [classifier.logits]))[classifier.logits]!;
    const slope = (Number(after.data[prediction!.ranking[0]!]) - value[0]!) / 0.01;
    expect(Math.abs(slope - length)).toBeLessThan(0.02 * length);
    await model.close();
  });
});
