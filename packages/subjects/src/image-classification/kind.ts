import { ImageClassifier, type SubjectKind } from '@understory/core';
import { labelsOf } from '../evidence/folder.ts';
import { classReadings, forms } from './readings.ts';

/** Scores of classes: one of many behind a softmax, one against the other in one number, several at once behind sigmoids. */
export const imageClassification: SubjectKind = {
  readings: classReadings,
  async open(facts, { tensors, form }, { sides }) {
    const { model, input } = facts;
    const labels = labelsOf(facts);
    const isMultiLabel = form === forms.several ? true : form === forms.one ? false : undefined;
    return new ImageClassifier({
      ...{ model, logits: tensors['scores']!, isMultiLabel },
      ...(labels && { labels }),
      ...(input !== undefined && { input }),
      ...(sides && { sides }),
    });
  },
};
