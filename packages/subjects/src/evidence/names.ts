/** What the name of an output says that its numbers are. */
export type NamedAs = 'classes' | 'numbers' | 'features' | 'text';

const words: Readonly<Record<NamedAs, ReadonlySet<string>>> = {
  classes: new Set([
    ...['logit', 'logits', 'prob', 'probs', 'probability', 'probabilities', 'softmax', 'sigmoid', 'class', 'classes'],
    ...['classification', 'classifier', 'cls', 'category', 'categories', 'predictions', 'labels', 'gender', 'emotion'],
    ...['expression', 'species'],
  ]),
  numbers: new Set([
    ...['age', 'ages', 'angle', 'angles', 'yaw', 'pitch', 'roll', 'pose', 'poses', 'depth', 'distance', 'distances'],
    ...['box', 'boxes', 'bbox', 'bboxes', 'landmark', 'landmarks', 'keypoint', 'keypoints', 'point', 'points'],
    ...[
      'coord',
      'coords',
      'coordinate',
      'coordinates',
      'offset',
      'offsets',
      'regression',
      'regressor',
      'value',
      'values',
    ],
    ...['valence', 'arousal', 'gaze', 'steering', 'speed', 'velocity', 'temperature', 'bmi', 'count', 'quality'],
    ...['rotation', 'translation', 'quaternion', 'euler', 'loc', 'location', 'locations', 'position', 'positions'],
    ...['xyz', 'vertices', 'joints', 'joint', 'similarity', 'weight', 'height', 'volume', 'area', 'length', 'ratio'],
    ...['corners', 'centre', 'center', 'vector', 'displacement', 'homography'],
  ]),
  features: new Set([
    ...['embedding', 'embeddings', 'embed', 'embeds', 'feature', 'features', 'feat', 'feats', 'descriptor'],
    ...['descriptors', 'representation', 'latent', 'pooler', 'pooled', 'backbone', 'encoding', 'fingerprint'],
  ]),
  text: new Set(['ctc', 'text', 'texts', 'char', 'chars', 'character', 'characters', 'transcription', 'ocr', 'rec']),
};

/**
 * What an output's name says, where its words agree: `bbox_pred` names numbers, `image_embeds` features, `class_boxes` nothing for certain.
 */
export function namedAs(name: string): NamedAs | undefined {
  const said = new Set(wordsOf(name));
  const kinds = (Object.keys(words) as NamedAs[]).filter((kind) => [...said].some((word) => words[kind].has(word)));
  return kinds.length === 1 ? kinds[0] : undefined;
}

/** Whether a name says that an output is beside the main one, for training. */
export function isAuxiliary(name: string): boolean {
  return wordsOf(name).some((word) => /^(?:aux|auxiliary)$/.test(word));
}

/** Lower-case words of the last part of a path: `StatefulPartitionedCall/BoxHead_2:0` is `box head 2 0`. */
function wordsOf(name: string): readonly string[] {
  const last = name.replace(/:\d+$/, '').split('/').at(-1) ?? name;
  const spaced = last.replaceAll(/([a-z])([A-Z])/g, '$1 $2').replaceAll(/([a-zA-Z])(\d)/g, '$1 $2');
  return spaced.toLowerCase().match(/[a-z]+|\d+/g) ?? [];
}
