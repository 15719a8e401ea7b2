import { encode, smallNetwork } from '../bases/onnx-networks.mjs';
import { graphModel, layersModel } from '../bases/tfjs-networks.mjs';
import { pictureFolder, plainPicture, somePicture } from '../bases/pictures.mjs';
import { modelCommand } from '../commands.mjs';

export const name = 'control';

/** Valid input, which has to go on being understood: what tells a fuzzer that refuses nothing from one that refuses everything. */
export async function make(draw) {
  const files = { 'picture.png': await plainPicture(), ...(await pictureFolder('photos')) };
  if (draw.chance(0.3)) {
    const { json, weights } = draw.chance(0.5) ? graphModel() : layersModel();
    const argv = [
      ...['explain', 'picture.png', '--model', 'network/model.json', '--size', '8', '--device', 'cpu', '--out', 'out'],
      ...['--explainer', 'gradcam,saliency', '--json', '--quiet', '--npy'],
    ];
    const network = { 'network/model.json': JSON.stringify(json), 'network/weights.bin': weights };
    return {
      title: 'a network of TensorFlow.js',
      files: { ...files, ...network },
      steps: [{ argv, mustSucceed: true }],
    };
  }
  const { name: network, proto, size } = smallNetwork(draw);
  const picture = await somePicture(draw);
  const path = `picture of ${picture.kind}.${picture.ending}`;
  const base = { model: 'model.onnx', picture: path, folder: 'photos', size };
  const command = modelCommand(draw, { ...base, mayTakeOtherBackend: false });
  const plain = [
    'explain',
    path,
    '--model',
    'model.onnx',
    '--out',
    'out',
    '--explainer',
    'gradcam,sobel',
    '--npy',
    '--json',
    '--quiet',
  ];
  // What every network can do; the rest depends on the network and is held to no more than any other case.
  return {
    title: `${network}, ${picture.kind}`,
    files: { ...files, [path]: picture.bytes, 'model.onnx': encode(proto) },
    steps: [
      { argv: plain, mustSucceed: true },
      { argv: command.map((word) => (word === 'out' ? 'out2' : word.replace(/^out\//, 'out2/'))), outs: ['out2'] },
    ],
  };
}
