import { isJsonObject, reasonOf } from '@understory/core';
import { decodeNpy, type NpyArray } from '@understory/imaging';
import { studyErrors } from '../errors.ts';

type Table = Omit<NpyArray, 'type'>;

/** Numbers of a NumPy file, or of JSON lists of one length at each depth, by the ending of its name; throws FEED_INVALID. */
export function parseTable(bytes: Uint8Array, path: string): Table {
  try {
    return /\.npy$/i.test(path) ? decodeNpy(bytes) : fromJson(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw studyErrors.tableInvalid({ path, found: reasonOf(cause) });
  }
}

/** As deep as tensors are. */
const deepest = 8;

function fromJson(value: unknown): Table {
  const dims: number[] = [];
  let level: readonly unknown[] = [value];
  while (level.some(Array.isArray)) {
    const lists = level as readonly (readonly unknown[])[];
    const size = lists[0]!.length;
    if (!lists.every((list) => Array.isArray(list) && list.length === size))
      throw new RangeError('lists of several lengths');
    if (dims.length === deepest) throw new RangeError(`lists more than ${deepest} deep`);
    dims.push(size);
    level = lists.flat();
  }
  const wrong = level.find((each) => typeof each !== 'number' || !Number.isFinite(each));
  if (wrong !== undefined)
    throw new RangeError(isJsonObject(wrong) ? 'an object' : `${String(wrong)}, which is no number`);
  return { dims, data: Float32Array.from(level as readonly number[]) };
}
