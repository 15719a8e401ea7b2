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

const classifier = ['config.json', 'preprocessor_config.json', 'onnx/model.onnx'];
const matcher = [
  ...['config.json', 'visual/preprocess_cfg.json', 'visual/model.onnx', 'textual/model.onnx'],
  ...['textual/tokenizer.json', 'textual/tokenizer_config.json'],
];
const answerer = [
  ...['config.json', 'preprocessor_config.json', 'model.onnx', 'tokenizer.json', 'tokenizer_config.json'],
  'answer2id_by_type.json',
];

/** The files of each that are read. */
export const bundledFiles: readonly string[] = bundled.flatMap(({ name }) => {
  const own = name.includes('clip') ? matcher : name.includes('mdetr') ? answerer : classifier;
  return own.map((file) => `${name}/${file}`);
});

/** Pictures that lie beside the page. */
export const samples: readonly string[] = [
  'chelsea.png',
  'coffee.png',
  'rocket.jpg',
  'orchard-1.png',
  'orchard-2.png',
  'orchard-3.png',
];
