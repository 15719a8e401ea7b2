import { firstLineOf, joinParts, type Tensor, type Tensors } from '@understory/core';
import type { FedSizes } from '@understory/onnx-autodiff';
import { errors } from './errors.ts';
import type { Session } from './runtime.ts';
import { fromOrt, takeSamples, toOrt } from './tensors.ts';

/**
 * Runs a session of batch size `size` as often as `batch` samples ask for; scalars go to every part. Throws RUN_FAILED, and ONNX_TOO_LARGE
 * where what is fed makes sizes beyond the limits.
 */
export async function runInParts(
  session: Session,
  feeds: Tensors,
  fetch: readonly string[],
  { batch, size, fedSizes }: { readonly batch: number; readonly size: number; readonly fedSizes: FedSizes },
): Promise<Tensors> {
  const parts: Tensors[] = [];
  if (!(size >= 1)) throw errors.runFailed(`a batch size of ${size}`, undefined);
  for (let start = 0; start < batch; start += size) {
    const part = Object.entries(feeds).map(([name, tensor]): [string, Tensor] => [
      name,
      size === batch || tensor.dims.length === 0 ? tensor : takeSamples(tensor, start, size),
    ]);
    fedSizes.check(Object.fromEntries(part));
    parts.push(await execute(session, part, fetch));
  }
  return Object.fromEntries(
    fetch.map((name) => [
      name,
      joinParts(
        parts.map((part) => part[name]!),
        { batch, size },
      ),
    ]),
  );
}

async function execute(
  session: Session,
  feeds: readonly (readonly [string, Tensor])[],
  fetch: readonly string[],
): Promise<Tensors> {
  try {
    const known = new Set(session.inputNames);
    // An input that nothing asked for depends on is not part of a pruned graph.
    const inputs = Object.fromEntries(
      feeds.filter(([name]) => known.has(name)).map(([name, tensor]) => [name, toOrt(tensor)]),
    );
    const results = await session.run(inputs, [...fetch]);
    return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, fromOrt(tensor)]));
  } catch (error) {
    throw errors.runFailed(firstLineOf(error), error);
  }
}
