import { TensorProto_DataLocation, type TensorProto } from 'onnx-buf';
import { errors } from '../errors.ts';
import { elementTypeOf, sizeOf } from '../types.ts';
import { limits } from './limits.ts';
import { externalEntry, tensorsOf, type GraphPart } from './tensors-of.ts';

/**
 * Throws ONNX_MALFORMED where a tensor declares a negative size or more or fewer elements than it brings bytes for, before anything
 * is allocated for them. What lies in other files is held against its stated length; whoever reads the file knows whether it is there.
 */
export function checkTensors(parts: readonly GraphPart[]): void {
  for (const tensor of tensorsOf(parts)) checkTensor(tensor);
}

function checkTensor(tensor: TensorProto): void {
  const dims = tensor.dims.map(Number);
  const where = `tensor "${tensor.name}" of shape [${dims.slice(0, limits.rank).join(', ')}]`;
  if (dims.length > limits.rank)
    throw errors.tooLarge(`a tensor has ${dims.length} axes`, where, `${limits.rank} axes`);
  if (dims.some((dim) => dim < 0)) throw errors.malformed('a tensor has a negative size', where);
  const count = dims.reduce((product, dim) => product * dim, 1);
  const bytes = bytesFor(tensor, count);
  if (tensor.dataLocation === TensorProto_DataLocation.EXTERNAL) {
    const stated = externalEntry(tensor, 'length');
    if (stated === undefined || bytes === undefined || Number(stated) === bytes) return;
    throw mismatch(where, `${stated} bytes in the file "${externalEntry(tensor, 'location') ?? ''}"`);
  }
  const { rawData } = tensor;
  if (rawData.length > 0) {
    const fits = bytes === undefined ? count <= 2 * rawData.length : bytes === rawData.length;
    if (!fits) throw mismatch(where, `${rawData.length} bytes`);
    return;
  }
  const listed = Math.max(
    tensor.floatData.length,
    tensor.int32Data.length,
    tensor.stringData.length,
    tensor.int64Data.length,
    tensor.doubleData.length,
    tensor.uint64Data.length,
  );
  // Types without a name here hold up to eight elements in one number of the list.
  const fits = elementTypeOf(tensor.dataType) === undefined ? count <= 8 * listed : count === listed;
  if (!fits) throw mismatch(where, `${listed} values`);
}

function mismatch(where: string, there: string) {
  return errors.malformed('a tensor has not as many values as its shape says', `${where} with ${there}`);
}

/** Undefined for texts and for types whose elements are not whole bytes. */
function bytesFor({ dataType }: TensorProto, count: number): number | undefined {
  const type = elementTypeOf(dataType);
  const size = type && sizeOf(type);
  return size === undefined ? undefined : size * count;
}
