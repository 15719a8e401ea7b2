import type { ImageCodec } from '../image-codec.ts';
import { decodeImage } from './decode-image.ts';
import { encodePng } from './encode-png.ts';

export { decodeImage, encodePng };

/** Pictures in Node, by sharp; `decode` throws as `decodeImage` does. */
export const sharpCodec: ImageCodec = { decode: (bytes, name) => decodeImage(bytes, name), encodePng };
