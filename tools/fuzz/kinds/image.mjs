// cspell:ignore AQABAIAAAAAAAP BAEAAAAALAAAAAABAAEAAAIBRAA WEBPVP
import { crc32 } from 'node:zlib';
import { encode, networkOf } from '../bases/onnx-networks.mjs';
import { plainPicture, somePicture } from '../bases/pictures.mjs';
import { explainers, outputFlags } from '../commands.mjs';
import { join, mutateBytes } from '../mutate-bytes.mjs';
import { fileNames } from '../special-values.mjs';

export const name = 'image';

const endings = ['png', 'jpg', 'jpeg', 'webp', 'PNG', 'gif', 'bmp', 'tiff', 'svg', 'txt', ''];
const pixels = [0, 1, 2, 16, 8191, 65535, 65536, 1_000_000, 2 ** 31 - 1, 2 ** 32 - 1];

/** A PNG whose header says other sizes, depths or colours, with the checksum that belongs to it. */
function pngHeader(bytes, draw) {
  const changed = Buffer.from(bytes);
  if (changed.toString('latin1', 12, 16) !== 'IHDR') return changed;
  draw.pick([
    () => changed.writeUInt32BE(draw.pick(pixels), 16),
    () => changed.writeUInt32BE(draw.pick(pixels), 20),
    () => {
      changed.writeUInt32BE(draw.pick(pixels), 16);
      changed.writeUInt32BE(draw.pick(pixels), 20);
    },
    () => changed.writeUInt8(draw.pick([0, 1, 2, 4, 8, 16, 32, 255]), 24),
    () => changed.writeUInt8(draw.pick([0, 1, 2, 3, 4, 6, 7]), 25),
    () => changed.writeUInt8(draw.integer(0, 2), 28),
  ])();
  changed.writeUInt32BE(checksum(changed.subarray(12, 29)), 29);
  return changed;
}

const table = Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

function checksum(bytes) {
  if (crc32) return crc32(bytes);
  let value = 0xffffffff;
  for (const byte of bytes) value = table[(value ^ byte) & 0xff] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** A JPEG whose frame says another size. */
function jpegHeader(bytes, draw) {
  const changed = Buffer.from(bytes);
  for (let at = 2; at + 9 < changed.length && changed[at] === 0xff; at += 2 + changed.readUInt16BE(at + 2)) {
    if (changed[at + 1] >= 0xc0 && changed[at + 1] <= 0xc3) {
      changed.writeUInt16BE(draw.pick([0, 1, 16, 9000, 65500, 65535]), at + draw.pick([5, 7]));
      break;
    }
  }
  return changed;
}

const others = {
  svg: () => '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>',
  text: () => 'This is no picture.',
  gif: () => Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'),
  bmp: () => join(Buffer.from('BM'), new Uint8Array(60)),
  zip: () => join(Buffer.from('PK\u0003\u0004'), new Uint8Array(40)),
  signature: () => Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  jpegStart: () => Buffer.from([0xff, 0xd8, 0xff]),
  webpStart: () => join(Buffer.from('RIFF\xff\xff\xff\x7fWEBPVP8 ', 'latin1'), new Uint8Array(20)),
  folder: () => ({ folder: true }),
  dangling: () => ({ link: 'nowhere.png' }),
  loop: () => ({ link: 'loop.png' }),
  device: () => ({ link: '/dev/zero' }),
  pipe: () => ({ pipe: true }),
};

async function oddFile(draw) {
  const picture = await somePicture(draw);
  const { kind, ending, bytes } = picture;
  const way = draw.weighted({ bytes: 5, header: 4, other: 3, ending: 1, name: 2 });
  if (way === 'bytes') {
    const { bytes: changed, done } = mutateBytes(bytes, draw);
    return { path: `odd.${ending}`, content: changed, title: `${kind} ${done}` };
  }
  if (way === 'header') {
    const change = ending === 'png' ? pngHeader : jpegHeader;
    return { path: `odd.${ending}`, content: new Uint8Array(change(bytes, draw)), title: `${kind} header` };
  }
  if (way === 'other') {
    const other = draw.pick(Object.keys(others));
    return {
      path: other === 'loop' ? 'loop.png' : `odd.${draw.pick(['png', 'jpg', 'webp'])}`,
      content: others[other](),
      title: other,
    };
  }
  if (way === 'ending') {
    const other = draw.pick(endings);
    return { path: `odd${other === '' ? '' : '.'}${other}`, content: bytes, title: `${kind} as ${other}` };
  }
  const named = draw.pick(fileNames);
  return {
    path: `pictures/${named}.${ending}`,
    content: bytes,
    title: `${kind} called ${JSON.stringify(named.slice(0, 40))}`,
  };
}

/** A picture with a fault among good ones, and a command on them. */
export async function make(draw) {
  const { path, content, title } = await oddFile(draw);
  const on = ['--model', 'model.onnx', '--threads', '1', '--out', 'out', ...outputFlags(draw)];
  const given = draw.chance(0.8) ? [path] : ['.'];
  const commands = {
    explain: () => [
      'explain',
      ...given,
      'good.png',
      ...on,
      '--explainer',
      explainers(draw, 1),
      ...(draw.chance(0.5) ? ['--npy'] : []),
    ],
    sized: () => [
      ...['explain', ...given, ...on, '--explainer', 'gradcam'],
      ...draw.pick([
        ['--resize', 'none'],
        ['--size', '16'],
        ['--resize', '3', '--crop', '16'],
        ['--crop', 'none'],
        ['--filter', 'lanczos'],
      ]),
    ],
    evaluate: () => ['evaluate', 'folder:data', ...on, '--explainer', 'gradcam', '--metric', 'deletion:steps=4'],
    probe: () => ['probe', 'shuffle', ...given, ...on, '--grid', '2', '--permutations', '1'],
    attack: () => ['attack', 'fgsm', ...given, ...on, '--untargeted'],
  };
  const command = draw.weighted({ explain: 4, sized: 2, evaluate: 1, probe: 1, attack: 1 });
  const placed = command === 'evaluate' ? `data/0/${path.split('/').at(-1)}` : path;
  return {
    title,
    files: {
      'model.onnx': encode(networkOf('plain')),
      'good.png': await plainPicture(),
      'data/0/good.png': await plainPicture('0'),
      'data/1/good.png': await plainPicture('1'),
      [placed]: content,
    },
    steps: [{ argv: commands[command](), through: content.pipe || content.link === '/dev/zero' ? 'bin' : undefined }],
  };
}
