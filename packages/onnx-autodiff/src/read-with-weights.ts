import { parseModel } from './graph.ts';
import { skeletonOf } from './skeleton.ts';

/** How a graph names weights within its own file; no path, so that no file beside it has that name. */
export const ownWeights = 'the model itself';

/** A model file as its graph is read from it: its own weights stay where they are. */
export function skeletonOrWhole(bytes: Uint8Array): Uint8Array {
  return skeletonOf((offset, length) => bytes.subarray(offset, offset + length), bytes.length, ownWeights) ?? bytes;
}

/** A model in memory, with the files that its weights lie in by the names that it has for them. */
export interface WithWeights {
  readonly bytes: Uint8Array;
  readonly externalData: Readonly<Record<string, Uint8Array>>;
}

/**
 * A model and the files beside it that its weights lie in, each read once. Throws ONNX_*, and what `refused` makes of what cannot be read
 * and of weights that are said to lie elsewhere.
 */
export async function readWithWeights(
  path: string,
  readFile: (path: string) => Promise<Uint8Array>,
  refused: (path: string, cause: unknown) => unknown,
): Promise<WithWeights> {
  const read = async (file: string): Promise<Uint8Array> => {
    try {
      return await readFile(file);
    } catch (cause) {
      throw refused(file, cause);
    }
  };
  const bytes = await read(path);
  const names = parseModel(skeletonOrWhole(bytes)).externalFiles.filter((name) => name !== ownWeights);
  const externalData: Record<string, Uint8Array> = {};
  for (const name of names) {
    // A model must not be able to name any address as its weights.
    if (isElsewhere(name))
      throw refused(path, new Error(`its weights are said to lie outside its folder, in "${name}"`));
    externalData[name] = await read(path.slice(0, path.lastIndexOf('/') + 1) + name);
  }
  return { bytes, externalData };
}

function isElsewhere(name: string): boolean {
  return /^[a-z][a-z\d+.-]*:|^[/\\]|\\|(^|\/)\.\.(\/|$)|^$/i.test(name);
}
