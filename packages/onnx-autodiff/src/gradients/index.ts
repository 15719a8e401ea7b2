import type { OperatorRule } from '../gradient-rule.ts';
import { abs } from './abs.ts';
import { acos } from './acos.ts';
import { acosh } from './acosh.ts';
import { add } from './add.ts';
import { asin } from './asin.ts';
import { asinh } from './asinh.ts';
import { atan } from './atan.ts';
import { atanh } from './atanh.ts';
import { attention } from './attention.ts';
import { averagePool } from './average-pool.ts';
import { batchNormalization } from './batch-normalization.ts';
import { castLike } from './cast-like.ts';
import { cast } from './cast.ts';
import { celu } from './celu.ts';
import { centerCropPad } from './center-crop-pad.ts';
import { clip } from './clip.ts';
import { col2Im } from './col2-im.ts';
import { compress } from './compress.ts';
import { concat } from './concat.ts';
import { conv } from './conv.ts';
import { convInteger } from './conv-integer.ts';
import { convTranspose } from './conv-transpose.ts';
import { cos } from './cos.ts';
import { cosh } from './cosh.ts';
import { cumSum } from './cum-sum.ts';
import { depthToSpace } from './depth-to-space.ts';
import { dequantizeLinear } from './dequantize-linear.ts';
import { div } from './div.ts';
import { dropout } from './dropout.ts';
import { dynamicQuantizeLinear } from './dynamic-quantize-linear.ts';
import { einsum } from './einsum.ts';
import { elu } from './elu.ts';
import { erf } from './erf.ts';
import { exp } from './exp.ts';
import { expand } from './expand.ts';
import { flatten } from './flatten.ts';
import { gatherElements } from './gather-elements.ts';
import { gatherND } from './gather-nd.ts';
import { gather } from './gather.ts';
import { gelu } from './gelu.ts';
import { gemm } from './gemm.ts';
import { globalAveragePool } from './global-average-pool.ts';
import { globalLpPool } from './global-lp-pool.ts';
import { globalMaxPool } from './global-max-pool.ts';
import { gridSample } from './grid-sample.ts';
import { groupNormalization } from './group-normalization.ts';
import { gru } from './gru.ts';
import { hardSigmoid } from './hard-sigmoid.ts';
import { hardSwish } from './hard-swish.ts';
import { identity } from './identity.ts';
import { choice } from './if.ts';
import { instanceNormalization } from './instance-normalization.ts';
import { layerNormalization } from './layer-normalization.ts';
import { leakyRelu } from './leaky-relu.ts';
import { logSoftmax } from './log-softmax.ts';
import { log } from './log.ts';
import { loop } from './loop.ts';
import { lpNormalization } from './lp-normalization.ts';
import { lpPool } from './lp-pool.ts';
import { lrn } from './lrn.ts';
import { lstm } from './lstm.ts';
import { matMul } from './mat-mul.ts';
import { matMulInteger } from './mat-mul-integer.ts';
import { maxPool } from './max-pool.ts';
import { max } from './max.ts';
import { mean } from './mean.ts';
import { meanVarianceNormalization } from './mean-variance-normalization.ts';
import { microsoftBiasGelu } from './microsoft-bias-gelu.ts';
import { microsoftDequantizeLinear } from './microsoft-dequantize-linear.ts';
import { microsoftFastGelu } from './microsoft-fast-gelu.ts';
import { microsoftFusedMatMul } from './microsoft-fused-mat-mul.ts';
import { microsoftGelu } from './microsoft-gelu.ts';
import { microsoftQuantizeLinear } from './microsoft-quantize-linear.ts';
import { microsoftQuickGelu } from './microsoft-quick-gelu.ts';
import { microsoftAttention } from './microsoft-attention.ts';
import { microsoftDynamicQuantizeLstm } from './microsoft-dynamic-quantize-lstm.ts';
import { microsoftDynamicQuantizeMatMul } from './microsoft-dynamic-quantize-mat-mul.ts';
import { microsoftEmbedLayerNormalization } from './microsoft-embed-layer-normalization.ts';
import { microsoftFusedConv } from './microsoft-fused-conv.ts';
import { microsoftFusedGemm } from './microsoft-fused-gemm.ts';
import { microsoftMatMulIntegerToFloat } from './microsoft-mat-mul-integer-to-float.ts';
import { microsoftMatMulBnb4 } from './microsoft-mat-mul-bnb4.ts';
import { microsoftMatMulNBits } from './microsoft-mat-mul-n-bits.ts';
import { microsoftMultiHeadAttention } from './microsoft-multi-head-attention.ts';
import { microsoftNhwcMaxPool } from './microsoft-nhwc-max-pool.ts';
import { microsoftQAttention } from './microsoft-q-attention.ts';
import { microsoftQGemm } from './microsoft-q-gemm.ts';
import { microsoftQLinearAdd } from './microsoft-q-linear-add.ts';
import { microsoftQLinearAveragePool } from './microsoft-q-linear-average-pool.ts';
import { microsoftQLinearConcat } from './microsoft-q-linear-concat.ts';
import { microsoftQLinearConv } from './microsoft-q-linear-conv.ts';
import { microsoftQLinearGlobalAveragePool } from './microsoft-q-linear-global-average-pool.ts';
import { microsoftQLinearLeakyRelu } from './microsoft-q-linear-leaky-relu.ts';
import { microsoftQLinearMul } from './microsoft-q-linear-mul.ts';
import { microsoftQLinearSigmoid } from './microsoft-q-linear-sigmoid.ts';
import { microsoftQLinearSoftmax } from './microsoft-q-linear-softmax.ts';
import { microsoftQLinearWhere } from './microsoft-q-linear-where.ts';
import { microsoftRenamed } from './microsoft-renamed.ts';
import { microsoftRotaryEmbedding } from './microsoft-rotary-embedding.ts';
import { microsoftSkipLayerNormalization } from './microsoft-skip-layer-normalization.ts';
import { microsoftSkipSimplifiedLayerNormalization } from './microsoft-skip-simplified-layer-normalization.ts';
import { rotaryEmbedding } from './rotary-embedding.ts';
import { simplifiedLayerNormalization } from './simplified-layer-normalization.ts';
import { affineGrid } from './affine-grid.ts';
import { roiAlign } from './roi-align.ts';
import { deformConv } from './deform-conv.ts';
import { maxUnpool } from './max-unpool.ts';
import { cumProd } from './cum-prod.ts';
import { dft } from './dft.ts';
import { min } from './min.ts';
import { mish } from './mish.ts';
import { mod } from './mod.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { negativeLogLikelihoodLoss } from './negative-log-likelihood-loss.ts';
import { noGradient } from './no-gradient.ts';
import { oneHot } from './one-hot.ts';
import { pRelu } from './p-relu.ts';
import { pad } from './pad.ts';
import { pow } from './pow.ts';
import { qLinearConv } from './q-linear-conv.ts';
import { qLinearMatMul } from './q-linear-mat-mul.ts';
import { quantizeLinear } from './quantize-linear.ts';
import { range } from './range.ts';
import { reciprocal } from './reciprocal.ts';
import { reduceL1 } from './reduce-l1.ts';
import { reduceL2 } from './reduce-l2.ts';
import { reduceLogSumExp } from './reduce-log-sum-exp.ts';
import { reduceLogSum } from './reduce-log-sum.ts';
import { reduceMax } from './reduce-max.ts';
import { reduceMean } from './reduce-mean.ts';
import { reduceMin } from './reduce-min.ts';
import { reduceProd } from './reduce-prod.ts';
import { reduceSumSquare } from './reduce-sum-square.ts';
import { reduceSum } from './reduce-sum.ts';
import { relu } from './relu.ts';
import { reshape } from './reshape.ts';
import { resize } from './resize.ts';
import { reverseSequence } from './reverse-sequence.ts';
import { rmsNormalization } from './rms-normalization.ts';
import { rnn } from './rnn.ts';
import { scan } from './scan.ts';
import { scatterElements } from './scatter-elements.ts';
import { scatterND } from './scatter-nd.ts';
import { selu } from './selu.ts';
import { shrink } from './shrink.ts';
import { sigmoid } from './sigmoid.ts';
import { sin } from './sin.ts';
import { sinh } from './sinh.ts';
import { slice } from './slice.ts';
import { softmax } from './softmax.ts';
import { softmaxCrossEntropyLoss } from './softmax-cross-entropy-loss.ts';
import { softplus } from './softplus.ts';
import { softsign } from './softsign.ts';
import { spaceToDepth } from './space-to-depth.ts';
import { split } from './split.ts';
import { sqrt } from './sqrt.ts';
import { squeeze } from './squeeze.ts';
import { sub } from './sub.ts';
import { sum } from './sum.ts';
import { swish } from './swish.ts';
import { tan } from './tan.ts';
import { tanh } from './tanh.ts';
import { thresholdedRelu } from './thresholded-relu.ts';
import { tile } from './tile.ts';
import { topK } from './top-k.ts';
import { transpose } from './transpose.ts';
import { trilu } from './trilu.ts';
import { unsqueeze } from './unsqueeze.ts';
import { where } from './where.ts';

const rules: readonly OperatorRule[] = [
  abs,
  acos,
  acosh,
  add,
  asin,
  asinh,
  atan,
  atanh,
  attention,
  averagePool,
  batchNormalization,
  cast,
  castLike,
  celu,
  centerCropPad,
  clip,
  col2Im,
  compress,
  concat,
  conv,
  convInteger,
  convTranspose,
  cos,
  cosh,
  cumSum,
  depthToSpace,
  dequantizeLinear,
  div,
  dropout,
  dynamicQuantizeLinear,
  einsum,
  elu,
  erf,
  exp,
  expand,
  flatten,
  gather,
  gatherElements,
  gatherND,
  gelu,
  gemm,
  globalAveragePool,
  globalLpPool,
  globalMaxPool,
  gridSample,
  groupNormalization,
  gru,
  hardSigmoid,
  hardSwish,
  identity,
  choice,
  instanceNormalization,
  layerNormalization,
  leakyRelu,
  log,
  loop,
  logSoftmax,
  lpNormalization,
  lpPool,
  lrn,
  lstm,
  matMul,
  matMulInteger,
  max,
  maxPool,
  mean,
  meanVarianceNormalization,
  microsoftBiasGelu,
  microsoftDequantizeLinear,
  microsoftFastGelu,
  microsoftFusedMatMul,
  microsoftGelu,
  microsoftQuantizeLinear,
  microsoftQuickGelu,
  min,
  mish,
  mod,
  mul,
  neg,
  negativeLogLikelihoodLoss,
  oneHot,
  pad,
  pow,
  qLinearConv,
  qLinearMatMul,
  pRelu,
  quantizeLinear,
  range,
  reciprocal,
  reduceL1,
  reduceL2,
  reduceLogSum,
  reduceLogSumExp,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceProd,
  reduceSum,
  reduceSumSquare,
  relu,
  reshape,
  resize,
  reverseSequence,
  rmsNormalization,
  rnn,
  scan,
  scatterElements,
  scatterND,
  selu,
  shrink,
  sigmoid,
  sin,
  sinh,
  slice,
  softmax,
  softmaxCrossEntropyLoss,
  softplus,
  softsign,
  spaceToDepth,
  split,
  sqrt,
  squeeze,
  sub,
  sum,
  swish,
  tan,
  tanh,
  thresholdedRelu,
  tile,
  topK,
  transpose,
  trilu,
  unsqueeze,
  where,
  microsoftAttention,
  microsoftDynamicQuantizeLstm,
  microsoftDynamicQuantizeMatMul,
  microsoftEmbedLayerNormalization,
  microsoftFusedConv,
  microsoftFusedGemm,
  microsoftMatMulIntegerToFloat,
  microsoftMatMulBnb4,
  microsoftMatMulNBits,
  microsoftMultiHeadAttention,
  microsoftNhwcMaxPool,
  microsoftQAttention,
  microsoftQGemm,
  microsoftQLinearAdd,
  microsoftQLinearAveragePool,
  microsoftQLinearConcat,
  microsoftQLinearConv,
  microsoftQLinearGlobalAveragePool,
  microsoftQLinearLeakyRelu,
  microsoftQLinearMul,
  microsoftQLinearSigmoid,
  microsoftQLinearSoftmax,
  microsoftQLinearWhere,
  ...microsoftRenamed,
  microsoftRotaryEmbedding,
  microsoftSkipLayerNormalization,
  microsoftSkipSimplifiedLayerNormalization,
  rotaryEmbedding,
  simplifiedLayerNormalization,
  affineGrid,
  roiAlign,
  deformConv,
  maxUnpool,
  cumProd,
  dft,
  ...noGradient,
];

/** Every rule by `domain:operator`: the only table. */
export const gradientRules: ReadonlyMap<string, OperatorRule> = new Map(
  rules.map((rule) => [`${rule.domain ?? ''}:${rule.operator}`, rule]),
);
