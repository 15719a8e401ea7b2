import sharp from 'sharp';
import { seededRandom } from '@understory/core';

function raw(width, height, channels, name) {
  const random = seededRandom('fuzz picture').fork(name);
  const [fx, fy, phase] = [random.uniform() * 0.8, random.uniform() * 0.8, random.uniform() * 6];
  return Uint8Array.from({ length: width * height * channels }, (_, at) => {
    const [pixel, channel] = [Math.floor(at / channels), at % channels];
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return 127 + 100 * Math.sin(fx * x + fy * y + channel + phase) + 20 * random.uniform();
  });
}

const of = (width, height, channels, name) =>
  sharp(raw(width, height, channels, name), { raw: { width, height, channels } });

const encodings = {
  png: { ending: 'png', make: (name) => of(20, 18, 3, name).png() },
  palette: { ending: 'png', make: (name) => of(16, 16, 3, name).png({ palette: true, colours: 8 }) },
  interlaced: { ending: 'png', make: (name) => of(19, 23, 3, name).png({ progressive: true }) },
  grey: { ending: 'png', make: (name) => of(16, 16, 1, name).toColourspace('b-w').png() },
  alpha: { ending: 'png', make: (name) => of(17, 16, 4, name).png() },
  deep: { ending: 'png', make: (name) => of(16, 20, 3, name).toColourspace('rgb16').png() },
  jpeg: { ending: 'jpg', make: (name) => of(24, 17, 3, name).jpeg() },
  progressive: { ending: 'jpeg', make: (name) => of(33, 16, 3, name).jpeg({ progressive: true }) },
  rotated: { ending: 'jpg', make: (name) => of(24, 16, 3, name).withMetadata({ orientation: 6 }).jpeg() },
  inks: { ending: 'jpg', make: (name) => of(16, 16, 3, name).toColourspace('cmyk').jpeg() },
  webp: { ending: 'webp', make: (name) => of(18, 16, 3, name).webp() },
  lossless: { ending: 'webp', make: (name) => of(16, 16, 4, name).webp({ lossless: true }) },
  tiny: { ending: 'png', make: (name) => of(1, 1, 3, name).png() },
  narrow: { ending: 'png', make: (name) => of(1, 300, 3, name).png() },
};

const kept = new Map();

async function encoded(kind, name) {
  const key = `${kind} ${name}`;
  if (!kept.has(key)) kept.set(key, new Uint8Array(await encodings[kind].make(name).toBuffer()));
  return kept.get(key);
}

/** A plain valid picture. */
export const plainPicture = (name = 'plain') => encoded('png', name);

/** A valid picture of some kind: its bytes, the usual ending of its name, and the kind. */
export async function somePicture(draw) {
  const kind = draw.pick(Object.keys(encodings));
  return { kind, ending: encodings[kind].ending, bytes: await encoded(kind, `picture ${draw.integer(0, 3)}`) };
}

/** A folder of classes with a few small pictures each, as files by path. */
export async function pictureFolder(folder, { classes = ['0', '1'], perClass = 2 } = {}) {
  const files = {};
  for (const label of classes) {
    for (let at = 0; at < perClass; at += 1)
      files[`${folder}/${label}/${at}.png`] = await plainPicture(`${label} ${at}`);
  }
  return files;
}
