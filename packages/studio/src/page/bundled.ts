import type { NamedModel } from '../engine/engine.ts';

/** Models that lie beside the static page, by the names of their folders. */
export const bundled: readonly NamedModel[] = [
  { name: 'efficientnet-lite0', title: 'EfficientNet-Lite0' },
  { name: 'cifar10-resnet', title: 'ResNet for CIFAR-10' },
  { name: 'orchard-detector', title: 'Orchard detector' },
  { name: 'orchard-segmenter', title: 'Orchard segmenter' },
  { name: 'orchard-clip-sighted', title: 'Orchard CLIP, sighted' },
  { name: 'orchard-clip-blind', title: 'Orchard CLIP, blind' },
  { name: 'orchard-mdetr-sighted', title: 'Orchard MDETR, sighted' },
  { name: 'orchard-mdetr-blind', title: 'Orchard MDETR, blind' },
];

const network = ['onnx/model.onnx'];
const described = ['config.json', 'preprocessor_config.json', ...network];
const matcher = [
  ...['config.json', 'visual/preprocess_cfg.json', 'visual/model.onnx', 'textual/model.onnx'],
  ...['textual/tokenizer.json', 'textual/tokenizer_config.json'],
];
const answerer = [
  ...['config.json', 'preprocessor_config.json', 'model.onnx', 'tokenizer.json', 'tokenizer_config.json'],
  'answer2id_by_type.json',
];

function filesOf(name: string): readonly string[] {
  if (name.includes('clip')) return matcher;
  if (name.includes('mdetr')) return answerer;
  return name === 'orchard-detector' ? network : described;
}

/** The files of each that are read. */
export const bundledFiles: readonly string[] = bundled.flatMap(({ name }) =>
  filesOf(name).map((file) => `${name}/${file}`),
);

/** Pictures that lie beside the page. */
export const samples: readonly string[] = [
  'chelsea.png',
  'coffee.png',
  'rocket.jpg',
  'orchard-1.png',
  'orchard-2.png',
  'orchard-3.png',
];
