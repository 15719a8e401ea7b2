import { copyFile, cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { orchardScene, render } from '@understory/datasets/orchard';
import { encodePng } from '@understory/imaging/sharp';
import { Graph, Node } from '@understory/onnx-autodiff';
import { ModelProtoSchema } from 'onnx-buf';
import { repository } from './workspace.ts';

const zoo = join(repository, 'packages/zoo/models');
const questions = join(repository, 'packages/probe-mdetr/fixtures');
const photograph = join(repository, 'packages/cli/samples/coffee.png');

/** Files that the commands of pages name and a reader has: photographs, networks, data sets of two images, plugins. */
export async function writeStandIns(folder: string): Promise<void> {
  const write = async (path: string, content: string | Uint8Array) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  };
  const copy = async (from: string, ...paths: readonly string[]) => {
    for (const path of paths) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await copyFile(from, join(folder, path));
    }
  };
  const link = async (to: string, ...paths: readonly string[]) => {
    for (const path of paths) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await symlink(to, join(folder, path));
    }
  };

  await copy(photograph, 'cat.png', 'a.jpg', 'face.jpg', 'photos/coffee.jpg');
  await copy(join(repository, 'packages/cli/samples/chelsea.png'), 'b.jpg');
  const scene = await encodePng(render(orchardScene('page', 3, { size: 160, clutter: 2 })));
  for (const path of ['orchard.png', 'apples.jpg', 'fruit.jpg', 'scene.png', 'street.jpg', 'x.jpg']) {
    await write(path, scene);
  }

  const lite0 = join(zoo, 'efficientnet-lite0');
  await copy(
    join(lite0, 'onnx/model.onnx'),
    'model.onnx',
    'my.onnx',
    'other.onnx',
    'quantised.onnx',
    'path/to/model.onnx',
  );
  await link(lite0, 'path/to/model');
  const { id2label } = JSON.parse(await readFile(join(lite0, 'config.json'), 'utf8')) as { id2label: object };
  await write('labels.txt', `${Object.values(id2label).join('\n')}\n`);
  await link(join(zoo, 'orchard-clip-sighted'), 'path/to/clip', 'path/to/RN50');
  await link(join(zoo, 'cifar10-resnet/tfjs/model.json'), 'path/to/model.json');
  await link(join(zoo, 'cifar10-resnet/tfjs/group1-shard1of1.bin'), 'path/to/group1-shard1of1.bin');
  await link(join(zoo, 'cifar10-resnet'), 'path/to/folder', 'before', 'after');
  await copy(join(zoo, 'cifar10-resnet/onnx/model.onnx'), 'a.onnx', 'b.onnx');
  await copy(join(zoo, 'orchard-clip-blind/visual/model.onnx'), 'embedder.onnx');
  const detector = await readFile(join(zoo, 'orchard-detector/onnx/model.onnx'));
  await write('any.onnx', detector);
  const dogs = detectorOfDogs(detector);
  for (const path of ['yolo.onnx', 'detector.onnx']) await write(path, dogs);
  await write('age.onnx', networkOfAges());
  await link(join(questions, 'mdetr'), 'path/to/mdetr');
  await copy(join(questions, 'relation-network/model.onnx'), 'network.onnx');
  await link(join(questions, 'relation-network/vocabulary.json'), 'words.json');
  await link(join(questions, 'relation-network/answers.json'), 'answers.json');

  for (const data of ['data', 'path/to']) {
    await write(`${data}/cifar10/test_batch.bin`, twoRecords());
    const classes = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
    await write(`${data}/cifar10/batches.meta.txt`, `${classes.join('\n')}\n`);
    await copy(photograph, `${data}/pets/images/pug_1.jpg`);
    await write(`${data}/pets/annotations/test.txt`, 'pug_1 26 2 19\n');
  }
  await copy(photograph, 'path/to/validation/espresso/1.png');
  await write('photos/labels.csv', 'file,label\ncoffee.jpg,espresso\n');
  const sides = ['a cat on the left', 'a cat on the right'];
  await write('path/to/whatsup/data/coco_qa_one_obj.json', JSON.stringify([[7, ...sides]]));
  await write('path/to/whatsup/data/val2017/000000000007.jpg', scene);
  const [caption_0, caption_1] = sides;
  const example = { id: 0, image_0: 'ex_0_img_0', image_1: 'ex_0_img_1', caption_0, caption_1 };
  await write('path/to/winoground/data/examples.jsonl', `${JSON.stringify(example)}\n`);
  for (const name of [example.image_0, example.image_1]) {
    await write(`path/to/winoground/data/images/${name}.png`, scene);
  }

  const study = { version: 1, study: 'explain', model: 'cifar10-resnet', images: { from: ['cat.png'] } };
  await write('list.json', JSON.stringify({ version: 1, studies: [{ name: 'cat', spec: study }] }));

  const outside = join(repository, 'examples/plugin-outside');
  await cp(outside, join(folder, 'own-plugin'), { recursive: true });
  await link(outside, 'node_modules/understory-plugin-outside', 'node_modules/understory-explain-mine');
}

/** The bundled detector, which calls an apple a dog. */
function detectorOfDogs(bytes: Uint8Array): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  for (const property of model.metadataProps) {
    if (property.key === 'names') property.value = property.value!.replace("'apple'", "'dog'");
  }
  return toBinary(ModelProtoSchema, model);
}

/** One number for a picture: the mean of its brightest neighbours. */
function networkOfAges(): Uint8Array {
  return new Graph({
    header: create(ModelProtoSchema, { irVersion: 8n }),
    name: 'ages',
    opset: 17,
    inputs: [{ name: 'face', type: 'float32', shape: ['batch', 3, 64, 64] }],
    outputs: [{ name: 'age', type: 'float32', shape: ['batch', 1] }],
    nodes: [
      Node.of('MaxPool', ['face'], ['bright'], { kernel_shape: [2, 2], strides: [2, 2] }),
      Node.of('ReduceMean', ['bright'], ['colour'], { axes: [2, 3], keepdims: 0 }),
      Node.of('ReduceMean', ['colour'], ['age'], { axes: [1], keepdims: 1 }),
    ],
    initializers: new Map(),
    declared: new Map(),
  }).encode();
}

/** Two images of the layout of CIFAR-10, of noise. */
function twoRecords(): Uint8Array {
  const length = 1 + 3 * 32 * 32;
  return Uint8Array.from({ length: 2 * length }, (_, at) =>
    at % length === 0 ? at / length : (at * 7919 + ((at * at) % 251)) % 256,
  );
}
