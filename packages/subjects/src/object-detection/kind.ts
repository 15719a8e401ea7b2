import type { SubjectKind } from '@understory/core';
import { isForm } from './forms.ts';
import { ObjectDetection } from './object-detection.ts';
import { rawHeads } from './raw-heads.ts';
import { detectionReadings } from './readings.ts';

/** Boxes of classes, as YOLO, DETR, SSD and RetinaNet hand them out. */
export const objectDetection: SubjectKind = {
  readings: detectionReadings,
  refuses: rawHeads,
  async open(facts, reading, settings) {
    if (!isForm(reading.form)) throw new RangeError(`no form of detectors: "${reading.form}"`);
    return new ObjectDetection(facts, reading, reading.form, settings);
  },
};
