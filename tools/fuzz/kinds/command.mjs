import { encode, networkOf } from '../bases/onnx-networks.mjs';
import { pictureFolder, plainPicture } from '../bases/pictures.mjs';
import { flags, modelCommand } from '../commands.mjs';
import { names } from '../special-values.mjs';

export const name = 'command';

const numbers = [
  '0',
  '-1',
  '1',
  '2',
  '0.5',
  '1e9',
  '1e999',
  'NaN',
  'Infinity',
  '0x10',
  '9007199254740993',
  '１',
  '',
  ' ',
  '1,2',
  '3/4',
  '8/0',
  '-0',
];

const options = {
  '--batch': numbers,
  '--seed': numbers,
  '--size': [...numbers, '16x16', '16x0', '99999', '8x24', '16×16'],
  '--resize': [...numbers, 'none', '16x16'],
  '--crop': [...numbers, 'none', '300'],
  '--mean': [...numbers, '0,0,0', '1,2,3,4', '1e38,1e38,1e38'],
  '--std': [...numbers, '1,1,1', '0,0,0', '-1,1,1', '1e-38,1,1'],
  '--channel-order': ['RGB', 'BGR', 'GBR'],
  '--input-range': ['0..1', '0..255', '1..2'],
  '--filter': ['nearest', 'lanczos', 'x'],
  '--layer': ['auto', 'c2', 'r1', 'logits', 'gap', 'x', 'body', ...names],
  '--target': ['top1', 'top0', 'top99', 'top', '0', '3', '4', '-1', '1e3', 'predicted', 'label', 'top1,top1', ...names],
  '--target-class': ['0', '4', '-1', ...names],
  '--explainer': [
    'gradcam,gradcam',
    'gradcam:',
    'gradcam:x=1',
    'rise:masks=0',
    'rise:masks=1e9',
    'integrated-gradients:steps=0',
    'none',
    'random:seed=x',
    ...names,
  ],
  '--metric': [
    'deletion:steps=0',
    'deletion:steps=1e9',
    'deletion:fraction=2',
    'deletion,deletion',
    'pointing-game',
    'sanity',
    ...names,
  ],
  '--preset': ['paper', 'rise', ...names],
  '--mask': [
    'all',
    'all:1',
    'random',
    'random:0',
    'random:2',
    'random:NaN',
    'inside',
    'target-top',
    'origin-weighted',
    ...names,
  ],
  '--epsilon': [...numbers, '8/255', '1/1/1', 'x'],
  '--steps': numbers,
  '--grid': ['1', '2', '0', '99', '2,2', '3', 'x', '2x4'],
  '--permutations': numbers,
  '--control': ['seams', 'rows', 'seams,rows', 'random', ...names],
  '--shard': ['0/1', '1/2', '2/2', '3/2', '0/0', '1/1', 'x'],
  '--limit': numbers,
  '--offset': numbers,
  '--ids': ['0/0.png', 'nowhere', '@nowhere', '@photos', '@picture.png', ...names],
  '--split': ['test', 'train', ...names],
  '--device': ['cpu', 'cuda', 'cuda,cpu', 'onnx=cpu', 'tfjs=wasm', 'nowhere', '=', ...names],
  '--backend': ['onnx', 'tfjs', 'explain-gradcam=tfjs', 'x=onnx', '=', ...names],
  '--plugin': ['./nowhere.mjs', '.', './picture.png', '@understory/explain-cam', ...names],
  '--threads': ['0', '1', '-1', 'x'],
  '--opacity': numbers,
  '--colour-map': ['jet', 'x'],
  '--labels': ['picture.png', 'nowhere', 'photos', 'model.onnx'],
  '--input': ['x', 'y', ...names],
  '--logits': ['logits', 'gap', 'r2', 'c2', 'x', ...names],
  '--out': ['out', 'out/deep/er', 'picture.png', 'picture.png/out', '/proc/out', '/dev/null', 'photos'],
  '--model': ['nowhere', 'photos', 'picture.png', '.', '/dev/null', 'cifar10-resnet', ...names],
  '--objective': ['score:', 'score:nowhere', 'x:logits', 'score:logits,cross-entropy:logits', 'cotangent:r1', ''],
  '--wrt': ['x', 'c1', 'c2', 'logits', 'nowhere', 'x,x', ''],
  '--fetch': ['r2', 'logits', 'x', 'nowhere', 'r2,r2'],
};

/** Inputs that are sound and a command line with values that nobody gives. */
export async function make(draw) {
  const base = { model: 'model.onnx', picture: 'picture.png', folder: 'photos', size: 16 };
  const argv = modelCommand(draw, base);
  for (let count = draw.integer(1, 3); count > 0; count -= 1) {
    const way = draw.weighted({ option: 8, flag: 1, word: 1, remove: 1 });
    if (way === 'flag') argv.push(draw.pick(flags));
    else if (way === 'word') argv.splice(draw.integer(1, argv.length), 0, draw.pick(names));
    else if (way === 'remove') argv.splice(draw.integer(0, argv.length - 1), 1);
    else {
      // One that the command has already is given other words; a foreign one is a usage error and soon told.
      const own = Object.keys(options).filter((option) => argv.includes(option));
      const option = draw.pick(draw.chance(0.4) && own.length > 0 ? own : Object.keys(options));
      const at = argv.indexOf(option);
      if (at !== -1) argv.splice(at, 2);
      argv.push(option, draw.pick(options[option]));
    }
  }
  const words = argv.map((word) => word.replaceAll('\0', ''));
  return {
    title: words.join(' ').slice(0, 200),
    files: {
      'model.onnx': encode(networkOf('plain')),
      'picture.png': await plainPicture(),
      ...(await pictureFolder('photos')),
    },
    // Folders that the user names are the user's choice.
    steps: [{ argv: words, outs: ['out', 'photos', ...outsOf(words)] }],
  };
}

function outsOf(argv) {
  return argv.flatMap((word, at) =>
    argv[at - 1] === '--out' && word !== '' ? [word.replace(/\/.*$/, '') || word] : [],
  );
}
