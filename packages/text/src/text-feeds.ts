import { tensor, type Feeds, type Tensor, type TensorSpec } from '@understory/core';
import type { TextInputs } from './text-inputs.ts';
import type { EncodedTexts } from './tokenizer.ts';

/** What a network is fed for texts; `types` are zero and `positions` count from 0. */
export function textFeeds({ ids, mask, types, positions }: TextInputs, encoded: Omit<EncodedTexts, 'cut'>): Feeds {
  const rows = (spec: TensorSpec | undefined, values: readonly Int32Array[]) =>
    spec === undefined ? {} : { [spec.name]: tensorOf(spec, values) };
  return {
    ...rows(ids, encoded.ids),
    ...rows(mask, encoded.mask),
    ...rows(
      types,
      encoded.ids.map((row) => new Int32Array(row.length)),
    ),
    ...rows(
      positions,
      encoded.ids.map((row) => row.map((_, at) => at)),
    ),
  };
}

function tensorOf({ type }: TensorSpec, rows: readonly Int32Array[]): Tensor {
  const values = rows.flatMap((row) => [...row]);
  const dims = [rows.length, rows[0]?.length ?? 0];
  if (type === 'int64') return tensor(type, BigInt64Array.from(values, BigInt), dims);
  if (type === 'bool') return tensor(type, Uint8Array.from(values), dims);
  return tensor('int32', Int32Array.from(values), dims);
}
