import type { Published } from '@understory/core';

export interface PublishedQuestion {
  /** As records call them. */
  readonly model: string;
  readonly dataset: string;
  /** A kind of captions, or a part of a benchmark. */
  readonly condition: string;
  readonly measure: string;
}

/** Names of OpenAI's models in the files that people have of them; the first that fits is meant. */
const models = {
  RN50x64: /rn50x64/,
  RN50x16: /rn50x16/,
  RN50x4: /rn50x4(?!\d)/,
  RN101: /rn101/,
  RN50: /rn50(?![x\d])/,
  'ViT-L-14-336': /(?:vit-l-?14|vit-large-patch14).*336/,
  'ViT-L-14': /vit-l-?14|vit-large-patch14/,
  'ViT-B-16': /vit-b-?16|vit-base-patch16/,
  'ViT-B-32': /vit-b-?32|vit-base-patch32/,
} as const;

type Model = keyof typeof models;

/** Of others, which have the same architectures. */
const others = /laion|datacomp|metaclip|dfn|commonpool|cc12m|yfcc|siglip|negclip|roberta|orchard/;

const sugarcrepeParts = [
  ...['replace_obj', 'replace_att', 'replace_rel'],
  ...['swap_obj', 'swap_att', 'add_obj', 'add_att'],
] as const;

/** Hsieh et al. 2023, their table of pretrained models, in percent. */
const sugarcrepe: Partial<Record<Model, readonly number[]>> = {
  RN50: [91.77, 80.58, 69.99, 61.79, 68.47, 74.54, 69.65],
  RN101: [92.49, 83.88, 67.07, 56.5, 65.92, 75.46, 70.09],
  'ViT-B-32': [90.92, 80.08, 69.2, 61.38, 63.96, 77.21, 68.79],
  RN50x4: [92.68, 82.99, 67.57, 65.04, 63.36, 79.34, 70.09],
  RN50x16: [93.46, 82.11, 69.2, 63.01, 65.77, 80.7, 75.87],
  'ViT-L-14': [94.07, 79.19, 65.15, 60.16, 62.31, 78.32, 71.53],
  RN50x64: [94.49, 83.5, 70.63, 61.79, 66.67, 83.27, 73.99],
};

const winogroundScores = ['text-score', 'image-score', 'group-score'];

/** In percent, with who measured them. */
const winoground: Partial<Record<Model, { readonly scores: readonly number[]; readonly by: string }>> = {
  'ViT-B-32': { scores: [30.75, 10.5, 8], by: 'Thrush et al. 2022' },
  'ViT-B-16': { scores: [25, 10.25, 7], by: 'Etxaniz 2022' },
  'ViT-L-14': { scores: [28.5, 11, 8], by: 'Etxaniz 2022' },
  'ViT-L-14-336': { scores: [27.5, 12, 8], by: 'Etxaniz 2022' },
};

/** What others measured of the same model on the same part of the whole benchmark; undefined where nothing is known. */
export function publishedFor({ model, dataset, condition, measure }: PublishedQuestion): Published | undefined {
  const known = modelNamed(model);
  if (known === undefined) return undefined;
  const benchmark = dataset.split('/')[0];
  const of = (percent: number | undefined, by: string) =>
    percent === undefined ? undefined : { value: percent / 100, source: `${by}, CLIP ${known}` };
  if (benchmark === 'sugarcrepe' && measure === 'best') {
    const part = sugarcrepeParts.findIndex((each) => each === condition);
    return of(sugarcrepe[known]?.[part], 'Hsieh et al. 2023');
  }
  if (benchmark === 'winoground' && condition === 'word-order') {
    const { scores, by = '' } = winoground[known] ?? {};
    return of(scores?.[winogroundScores.indexOf(measure)], by);
  }
  return undefined;
}

function modelNamed(name: string): Model | undefined {
  const plain = name.toLowerCase();
  if (others.test(plain)) return undefined;
  return (Object.keys(models) as Model[]).find((each) => models[each].test(plain));
}
