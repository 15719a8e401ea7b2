import type { SubjectKind } from '@understory/core';
import { errors } from '../errors.ts';
import { ImageSegmentation } from './image-segmentation.ts';
import { orders, scoresOf, type Order } from './maps.ts';
import { segmentationReadings } from './readings.ts';

/** A class for each pixel. */
export const imageSegmentation: SubjectKind = {
  readings: segmentationReadings,
  async open(facts, { tensors, form }, settings) {
    const { model } = facts;
    const output = [...model.outputs, ...model.layers].find(({ name }) => name === tensors['scores']);
    const order: Order = Object.values(orders).find((each) => each === form) ?? orders.classesFirst;
    const scores = output && scoresOf(model, output, order);
    if (scores === undefined) throw errors.pixelScoresMissing({ output: tensors['scores'] ?? '' });
    return new ImageSegmentation(facts, scores, settings);
  },
};
