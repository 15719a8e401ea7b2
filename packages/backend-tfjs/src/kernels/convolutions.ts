import * as tf from '@tensorflow/tfjs-core';
import type { KernelOverride } from '../gradients/override.ts';

type Pads = [number, number][];

/** Convolutions of an image that is padded ahead, where an engine pads it wrongly or not at all. */
export const convolutions: readonly KernelOverride[] = [
  tf.Conv2D,
  tf.DepthwiseConv2dNative,
  tf.FusedConv2D,
  tf.FusedDepthwiseConv2D,
].map((kernelName) => ({
  kernelName,
  engines: ['wasm', 'tensorflow'],
  because:
    'wasm is wrong where a window of "same" padding is smaller than its stride; tensorflow takes no padding by number',
  compute(inputs, attrs) {
    const pads = padsAhead(kernelName, inputs, attrs as unknown as tf.Conv2DAttrs);
    if (pads === undefined) return undefined;
    const isPadded = pads.some(([before, behind]) => before > 0 || behind > 0);
    const x = isPadded ? tf.pad(inputs['x']!, pads) : inputs['x']!;
    return tf.engine().runKernel(kernelName, { ...inputs, x }, { ...attrs, pad: 'valid' }) as tf.Tensor;
  },
}));

function padsAhead(
  kernelName: string,
  { x, filter }: Readonly<Record<string, tf.Tensor>>,
  { strides, pad, dataFormat, dilations, dimRoundingMode }: tf.Conv2DAttrs,
): Pads | undefined {
  if (dataFormat === 'NCHW' || pad === 'valid') return undefined;
  if (Array.isArray(pad)) return tf.getBackend() === 'tensorflow' ? (pad as Pads) : undefined;
  const [height = 1, width = 1] = filter!.shape;
  const [rows = 1, columns = rows] = [strides].flat();
  const isSmaller = pad === 'same' && (height < rows || width < columns);
  if (pad === 'same' && (tf.getBackend() !== 'wasm' || !isSmaller)) return undefined;
  const { padInfo } = tf.backend_util.computeConv2DInfo(
    x!.shape as [number, number, number, number],
    filter!.shape as [number, number, number, number],
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    kernelName === tf.DepthwiseConv2dNative || kernelName === tf.FusedDepthwiseConv2D,
  );
  return [
    [0, 0],
    [padInfo.top, padInfo.bottom],
    [padInfo.left, padInfo.right],
    [0, 0],
  ];
}
