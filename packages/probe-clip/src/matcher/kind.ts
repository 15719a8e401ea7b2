import type { SubjectKind } from '@understory/core';
import { Matcher } from './matcher.ts';
import { matcherReadings } from './readings.ts';

/** ImageNet's, which the paper normalises pictures for CLIP with. */
const imageNet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** CLIP, SigLIP and their like: how well captions fit a picture. */
export const imageTextMatching: SubjectKind = {
  presets: {
    /** As Figure 5 of "Can't See the Forest for the Trees" was made. */
    paper: {
      layers: ['visual.layer4', 'layer4'],
      pictures: { fit: 'stretch', filter: 'bilinear', ...imageNet },
    },
  },
  readings: matcherReadings,
  open: (facts, reading, settings) => Matcher.open(facts, reading, settings),
};
