import { expression, toFloat32, type Expression, type Tensor } from '@understory/core';
import { ChainModel, flatten } from '@understory/testing';
import { size } from './models.ts';

const dims = ['N', 3, size.height, size.width] as const;

/** What an expression of the inputs `given` `[N, 3, H, W]` and int64 `rank` `[N]` comes to. */
export async function evaluate(
  one: (given: Expression, rank: Expression) => Expression,
  given: Tensor<'float32'>,
  ranks?: readonly number[],
): Promise<Float32Array> {
  const model = new ChainModel({ input: dims.slice(1) as number[], steps: [flatten('logits')] });
  const input = expression.input('given');
  const rank = { name: 'rank', type: 'int64', dims: ['N'] } as const;
  const program = await model.compile({
    inputs: [{ name: 'given', type: 'float32', dims }, ...(ranks ? [rank] : [])],
    feeds: { pixels: input },
    outputs: { result: one(input, expression.input('rank')) },
  });
  const { result } = await program.run({
    given,
    ...(ranks && { rank: { type: 'int64', dims: [ranks.length], data: BigInt64Array.from(ranks, BigInt) } }),
  });
  return toFloat32(result!);
}
