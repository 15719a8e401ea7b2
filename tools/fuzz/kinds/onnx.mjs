import { encode, exportedNetwork, smallNetwork } from '../bases/onnx-networks.mjs';
import { pictureFolder, plainPicture } from '../bases/pictures.mjs';
import { modelCommand } from '../commands.mjs';
import { mutateBytes } from '../mutate-bytes.mjs';
import { mutateOnnx } from '../mutate-onnx.mjs';

export const name = 'onnx';

/** A network of ONNX with a fault, and a command on it. */
export async function make(draw) {
  const base = draw.chance(0.8) ? smallNetwork(draw) : exportedNetwork(draw);
  const { proto, size } = base;
  const output = proto.graph.output[0].name;
  const input = proto.graph.input[0].name;
  let done = draw.chance(0.85) ? mutateOnnx(proto, draw) : '';
  let bytes;
  try {
    bytes = encode(proto);
  } catch {
    // Half a character is nothing that the format can hold.
    bytes = encode(smallNetwork(draw).proto);
    done = '';
  }
  if (done === '') ({ bytes, done } = mutateBytes(bytes, draw));
  return {
    title: `${base.name}: ${done}`,
    files: {
      'model.onnx': bytes,
      'picture.png': await plainPicture(),
      'weights.bin': new Uint8Array(4096),
      ...(await pictureFolder('photos')),
    },
    steps: [
      {
        argv: modelCommand(draw, {
          model: 'model.onnx',
          picture: 'picture.png',
          folder: 'photos',
          size,
          output,
          input,
          // TensorFlow.js on the processor takes seconds for an image of these.
          mayTakeOtherBackend: base.isLarge !== true,
        }),
      },
    ],
  };
}
