import type * as tf from '@tensorflow/tfjs-core';
import { someOf } from '@understory/core';
import { errors } from '../errors.ts';
import type { WeightEntry } from '../model-files.ts';
import type { KerasWeight } from './layer-kind.ts';

/** A weight that a model wants. */
export interface Variable {
  readonly weight: KerasWeight & { write(value: tf.Tensor): unknown };
  /** Where a .keras file keeps the weights of its layer, and which of them it is. */
  readonly folder: string;
  readonly at: number;
  readonly layer: string;
  /** The models around it. */
  readonly scope: readonly string[];
}

/** What Keras 3 calls what TensorFlow.js calls otherwise. */
const aliases: Readonly<Record<string, string>> = { depthwise_kernel: 'kernel' };

/** State that Keras keeps among the weights and nobody needs to predict. */
const stateless = /(^|\/)count$|seed_generator/;

/** Which weight each entry of a file is; throws MODEL_NOT_RUNNABLE where one is missing or left over. */
export function assigned(
  entries: readonly WeightEntry[],
  variables: readonly Variable[],
  model: string,
): ReadonlyMap<WeightEntry, Variable['weight']> {
  const open = new Set(entries);
  const owners = new Map<WeightEntry, Variable['weight']>();
  const isFolders = entries.some(({ name }) => /(^|\/)vars\/\d+$/.test(name));
  const missing: string[] = [];
  for (const variable of variables) {
    const found = isFolders ? inFolder(open, variable) : byName([...open], variable);
    if (found === undefined) {
      if (!stateless.test(variable.weight.originalName)) missing.push(variable.weight.originalName);
      continue;
    }
    if (!hasShape(found, variable.weight)) {
      const [own, wanted] = [found.shape.join(', '), variable.weight.shape.join(', ')];
      const reason = `"${found.name}" is [${own}] where the layer has [${wanted}]`;
      throw errors.notLoadable({ model, reason, cause: undefined });
    }
    open.delete(found);
    owners.set(found, variable.weight);
  }
  const left = [...open].filter(({ name }) => !stateless.test(name));
  if (missing.length > 0 || left.length > 0) {
    const parts = [
      ...(missing.length > 0 ? [`no weights for ${someOf(missing, 4)}`] : []),
      ...(left.length > 0
        ? [
            `weights that no layer asks for: ${someOf(
              left.map(({ name }) => name),
              4,
            )}`,
          ]
        : []),
    ];
    throw errors.notLoadable({ model, reason: parts.join('; '), cause: undefined });
  }
  return owners;
}

function inFolder(open: ReadonlySet<WeightEntry>, { folder, at }: Variable): WeightEntry | undefined {
  return [...open].find(({ name }) => name === `${folder}vars/${at}`);
}

/** By its whole name, or by its layer's and its own in a longer one. */
function byName(open: readonly WeightEntry[], { weight, layer, scope }: Variable): WeightEntry | undefined {
  const exact = open.find(({ name }) => name === weight.originalName);
  if (exact !== undefined) return exact;
  const ending = weight.originalName.split('/').at(-1)!;
  const endings = [ending, ...(aliases[ending] === undefined ? [] : [aliases[ending]])];
  const fitting = open.filter(
    (entry) =>
      hasShape(entry, weight) &&
      endings.some((own) => {
        const [first = '', ...cells] = entry.name.startsWith(`${layer}/`)
          ? entry.name
              .slice(layer.length + 1)
              .split('/')
              .toReversed()
          : [];
        return entry.name.endsWith(`/${layer}/${own}`) || (first === own && cells.length <= 1);
      }),
  );
  const around = scope.at(-1);
  return fitting.find(({ name }) => around !== undefined && name.includes(`${around}/`)) ?? fitting[0];
}

function hasShape({ shape }: WeightEntry, weight: KerasWeight): boolean {
  return shape.join() === weight.shape.join();
}
