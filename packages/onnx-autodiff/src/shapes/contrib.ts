import type { Dim, ElementType, Shape } from '../types.ts';
import { channelsLast } from './channels-last.ts';
import { convolutionShapes } from './convolution.ts';
import { broadcast, product, quotient } from './dims.ts';
import { layoutShapes } from './layout.ts';
import { linearAlgebraShapes } from './linear-algebra.ts';
import { normalisationShapes } from './normalisation.ts';
import { poolingShapes } from './pooling.ts';
import type { ShapeContext, ShapeRule, ShapeRules } from './shape-rule.ts';

const transposed = (shape: Shape, turn: boolean): Shape =>
  turn && shape ? [...shape.slice(0, -2), ...shape.slice(-2).reverse()] : shape;

/** Batches of matrices; batches that lie elsewhere than in front are left open. */
const fusedMatMul: ShapeRule = (c) => {
  const [a, b] = [c.input(0), c.input(1)];
  const flag = (name: string) => c.node.int(name, 0) === 1;
  const left = transposed(a?.shape, flag('transA'));
  const right = transposed(b?.shape, flag('transB'));
  const batchElsewhere = flag('transBatchA') || flag('transBatchB');
  if (!left || !right || left.length < 2 || right.length < 2 || batchElsewhere) return c.set(0, a?.type, undefined);
  const batch: readonly Dim[] = broadcast([left.slice(0, -2), right.slice(0, -2)], c.unknowns)!;
  return c.set(0, a?.type, [...batch, left.at(-2)!, right.at(-1)!]);
};

const same: ShapeRule = (c) => c.set(0, c.input(0)?.type, c.input(0)?.shape);

/** The shape that another rule finds for the inputs at these places, in a type of its own. */
const shapedAs =
  (
    rule: ShapeRule,
    places: (c: ShapeContext) => readonly number[],
    typeOf: (c: ShapeContext) => ElementType | undefined = (c) => c.input(places(c)[0]!)?.type,
  ): ShapeRule =>
  (c) => {
    const from = places(c);
    rule({
      ...c,
      node: c.node.with({ inputs: from.map((at) => c.node.inputs[at] ?? '') }),
      input: (at) => (from[at] === undefined ? undefined : c.input(from[at])),
      known: () => undefined,
      set: (output, _, shape) => c.set(output, typeOf(c), shape),
    });
  };

const broadcasting =
  (places: readonly number[], typeAt: number): ShapeRule =>
  (c) =>
    c.set(
      0,
      c.input(typeAt)?.type,
      broadcast(
        places.map((at) => c.input(at)?.shape),
        c.unknowns,
      ),
    );

const parts = (c: ShapeContext) => c.node.inputs.map((_, at) => at).filter((at) => at >= 2 && at % 3 === 2);

const packedProduct: ShapeRule = (c) => {
  const a = c.input(0);
  c.set(0, a?.type, a?.shape && [...a.shape.slice(0, -1), c.node.int('N', 0)]);
};

const skipNormalisation: ShapeRule = (c) => {
  const x = c.input(0);
  const statistics = x?.shape && [...x.shape.slice(0, -1), 1];
  c.set(0, x?.type, x?.shape);
  c.set(1, 'float32', statistics);
  c.set(2, 'float32', statistics);
  c.set(3, x?.type, x?.shape);
};

const embedding: ShapeRule = (c) => {
  const [ids, table] = [c.input(0), c.input(2)];
  const shape = ids?.shape && table?.shape && [...ids.shape, table.shape[1]!];
  c.set(0, table?.type, shape);
  c.set(1, 'int32', ids?.shape?.slice(0, 1));
  c.set(2, table?.type, shape);
};

const longer = (c: ShapeContext, places: Dim, past: Dim | undefined): Dim => {
  if (past === undefined) return places;
  return typeof past === 'number' && typeof places === 'number' ? past + places : c.unknowns.dim();
};

const multiHeadAttention: ShapeRule = (c) => {
  const [query, key, value] = [c.input(0), c.input(1), c.input(2)];
  const heads = c.node.int('num_heads', 1);
  if (!query?.shape || !key?.shape || !value?.shape) return c.set(0, query?.type, undefined);
  const byHeads = (shape: readonly Dim[]): readonly Dim[] =>
    shape.length === 4 ? shape : [shape[0]!, heads, shape[1]!, quotient([shape[2]!], [heads])];
  const [k, v] = [byHeads(key.shape), byHeads(value.shape)];
  c.set(0, query.type, [query.shape[0]!, query.shape[1]!, product([heads, v[3]!])]);
  c.set(1, query.type, [k[0]!, k[1]!, longer(c, k[2]!, c.input(6)?.shape?.[2]), k[3]!]);
  c.set(2, query.type, [v[0]!, v[1]!, longer(c, v[2]!, c.input(7)?.shape?.[2]), v[3]!]);
};

/** Attention that projects its input; `past` is the place of the keys and values before. */
const projectedAttention =
  (past: number): ShapeRule =>
  (c) => {
    const [x, weights, bias] = [c.input(0), c.input(1), c.input(2)];
    const type = bias?.type ?? x?.type;
    const heads = c.node.int('num_heads', 1);
    const sizes = c.node.ints('qkv_hidden_sizes');
    const total = weights?.shape?.[1] ?? bias?.shape?.[0];
    if (!x?.shape || total === undefined) return c.set(0, type, undefined);
    const width = sizes?.[2] ?? quotient([total], [3]);
    const places = longer(c, x.shape[1]!, c.input(past)?.shape?.[3]);
    c.set(0, type, [x.shape[0]!, x.shape[1]!, width]);
    c.set(1, type, [2, x.shape[0]!, heads, places, quotient([width], [heads])]);
  };

const simplified: ShapeRule = (c) => normalisationShapes['LayerNormalization']!(c);
const conv = convolutionShapes['Conv']!;
const gemm = linearAlgebraShapes['Gemm']!;
const matMul = linearAlgebraShapes['MatMul']!;

/** Operators of com.microsoft without a standard namesake of one shape rule; a name with the domain stands before one without. */
export const contribShapes: ShapeRules = {
  DynamicQuantizeMatMul: shapedAs(matMul, () => [0, 1]),
  EmbedLayerNormalization: embedding,
  FusedConv: (c) => conv({ ...c, node: c.node.with({ operator: 'Conv' }) }),
  FusedGemm: gemm,
  FusedMatMul: fusedMatMul,
  MatMulIntegerToFloat: shapedAs(
    matMul,
    () => [0, 1],
    (c) => c.input(2)?.type,
  ),
  MatMulBnb4: packedProduct,
  MatMulNBits: packedProduct,
  MultiHeadAttention: multiHeadAttention,
  NhwcMaxPool: channelsLast(poolingShapes['MaxPool']!, () => true),
  QAttention: projectedAttention(8),
  QGemm: shapedAs(
    gemm,
    () => [0, 3],
    (c) => (c.input(7) ? (c.input(8)?.type ?? c.input(0)?.type) : 'float32'),
  ),
  QLinearAdd: broadcasting([0, 3], 0),
  QLinearAveragePool: channelsLast(poolingShapes['AveragePool']!),
  QLinearConcat: shapedAs(layoutShapes['Concat']!, parts),
  QLinearGlobalAveragePool: channelsLast(poolingShapes['GlobalAveragePool']!),
  QLinearLeakyRelu: same,
  QLinearMul: broadcasting([0, 3], 0),
  QLinearSigmoid: same,
  QLinearSoftmax: same,
  QLinearWhere: broadcasting([0, 1, 4], 1),
  RotaryEmbedding: same,
  SimplifiedLayerNormalization: simplified,
  SkipLayerNormalization: skipNormalisation,
  SkipSimplifiedLayerNormalization: skipNormalisation,
  TransposeMatMul: fusedMatMul,
  'com.microsoft.Attention': projectedAttention(4),
};
