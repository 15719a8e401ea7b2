import { encode, networkOf } from '../bases/onnx-networks.mjs';
import { pictureFolder, plainPicture } from '../bases/pictures.mjs';
import { modelCommand, outputFlags } from '../commands.mjs';
import { mutateJson } from '../mutate-json.mjs';
import { names } from '../special-values.mjs';

export const name = 'configuration';

const configuration = {
  plugins: [
    '@understory/backend-onnx',
    '@understory/explain-gradcam',
    '@understory/explain-baseline',
    '@understory/metric-faithfulness',
  ],
  backends: { '@understory/explain-gradcam': 'onnx' },
  options: {},
};

const config = {
  model_type: 'fuzz',
  architectures: ['FuzzForImageClassification'],
  image_size: 16,
  num_channels: 3,
  id2label: { 0: 'bark', 1: 'leaf, leaves', 2: 'moss', 3: 'fern' },
  label2id: { bark: 0, 'leaf, leaves': 1, moss: 2, fern: 3 },
};

const preprocessor = {
  image_processor_type: 'ViTImageProcessor',
  do_resize: true,
  size: { height: 16, width: 16 },
  do_center_crop: true,
  crop_size: { height: 16, width: 16 },
  resample: 3,
  do_rescale: true,
  rescale_factor: 0.00392156862745098,
  do_normalize: true,
  image_mean: [0.5, 0.5, 0.5],
  image_std: [0.5, 0.5, 0.5],
};

const modules = [
  'export default 3;',
  'export default { plugins: [] };',
  'export const nothing = 1;',
  'throw new Error("on purpose");',
  'throw undefined;',
  'export default (',
  'export default null;',
  'export default { get plugins() { throw new Error("on purpose"); } };',
  'export default new Proxy({}, { get() { throw new Error("on purpose"); }, has: () => true });',
  'export default Object.create(null);',
  'export default { plugins: new Set(["./nowhere.mjs"]) };',
  'await import("nowhere");',
];

const labelFiles = {
  lines: (draw) => ['bark', 'leaf', 'moss', 'fern', ...draw.some(names, 2)].join(draw.pick(['\n', '\r\n', '\r'])),
  few: () => 'bark\nleaf\n',
  many: () => 'bark\n'.repeat(draw100k),
  list: (draw) => mutateJson(['bark', 'leaf', 'moss', 'fern'], draw).text,
  object: (draw) => mutateJson({ id2label: config.id2label }, draw).text,
  empty: () => '',
  bytes: () => Uint8Array.from({ length: 99 }, (_, at) => 255 - at),
};
const draw100k = 100_000;

const csv = {
  usual: 'file,label\n0/0.png,bark\n0/1.png,leaf\n',
  quoted: 'file,label\n"0/0.png","leaf, ""leaves"""\n',
  open: 'file,label\n"0/0.png,bark\n',
  missing: 'file,label\nnowhere.png,bark\n',
  outside: 'file,label\n../../etc/passwd,bark\n',
  columns: 'a,b,c\n1,2,3\n',
  empty: '',
  header: 'file,label\n',
  numbers: 'file,label\n0/0.png,99999999999999999999\n',
  mark: '\ufefffile,label\r\n0/0.png,bark\r\n',
  repeated: 'file,label\n0/0.png,bark\n0/0.png,moss\n',
};

/** A configuration, the settings of a model's folder, labels or a table of pictures with a fault, and a command that reads them. */
export async function make(draw) {
  const files = {
    'picture.png': await plainPicture(),
    'bare.onnx': encode(networkOf('plain')),
    'model/onnx/model.onnx': encode(networkOf('plain')),
    'model/config.json': JSON.stringify(config),
    'model/preprocessor_config.json': JSON.stringify(preprocessor),
    ...(await pictureFolder('photos')),
  };
  const way = draw.weighted({ configuration: 3, module: 1, config: 3, preprocessor: 4, labels: 2, table: 1, timm: 1 });
  const usual = { picture: 'picture.png', folder: 'photos' };
  if (way === 'configuration') {
    const { text, done } = mutateJson(configuration, draw);
    const argv = draw.chance(0.3)
      ? ['plugins', ...outputFlags(draw)]
      : modelCommand(draw, { model: 'model', ...usual });
    return {
      title: `understory.config.json: ${done}`,
      files: { ...files, 'understory.config.json': text },
      steps: [{ argv }],
    };
  }
  if (way === 'module') {
    const text = draw.pick(modules);
    const argv = ['plugins', ...outputFlags(draw)];
    return { title: text, files: { ...files, 'understory.config.mjs': text }, steps: [{ argv }] };
  }
  if (way === 'labels') {
    const kind = draw.pick(Object.keys(labelFiles));
    const argv = [...modelCommand(draw, { model: 'bare.onnx', size: 16, ...usual })];
    if (argv[0] !== 'differentiate') argv.push('--labels', 'labels.txt');
    return { title: `labels ${kind}`, files: { ...files, 'labels.txt': labelFiles[kind](draw) }, steps: [{ argv }] };
  }
  if (way === 'table') {
    const kind = draw.pick(Object.keys(csv));
    const argv = [
      ...['evaluate', 'folder:photos', '--model', 'model', '--explainer', 'gradcam', '--metric', 'sparseness'],
      ...[
        '--out',
        'out',
        '--threads',
        '1',
        ...outputFlags(draw),
        ...draw.pick([[], ['--target', 'label'], ['--only-correct']]),
      ],
    ];
    return { title: `labels.csv ${kind}`, files: { ...files, 'photos/labels.csv': csv[kind] }, steps: [{ argv }] };
  }
  const argv = modelCommand(draw, { model: 'model', ...usual });
  if (way === 'timm') {
    const timm = {
      architecture: 'x',
      num_classes: 4,
      pretrained_cfg: {
        input_size: [3, 16, 16],
        mean: [0.5, 0.5, 0.5],
        std: [0.5, 0.5, 0.5],
        interpolation: 'bicubic',
        crop_pct: 0.9,
        crop_mode: 'center',
      },
    };
    const { text, done } = mutateJson(timm, draw);
    delete files['model/preprocessor_config.json'];
    return { title: `timm's config.json: ${done}`, files: { ...files, 'model/config.json': text }, steps: [{ argv }] };
  }
  const [path, value] =
    way === 'config' ? ['model/config.json', config] : ['model/preprocessor_config.json', preprocessor];
  const { text, done } = mutateJson(value, draw);
  return { title: `${path}: ${done}`, files: { ...files, [path]: text }, steps: [{ argv }] };
}
