import { append } from '@understory/core';
import { errors } from '../errors.ts';
import type { Json, Reference } from './keras-json.ts';

interface Layer {
  readonly class_name: string;
  readonly name: string;
  readonly config: Json;
  readonly inbound_nodes: readonly (readonly Reference[])[];
}

/**
 * Holds the calls of a model's layers, as `readTopology` hands them out, against each other: TensorFlow.js waits for ever for a
 * layer that is not there, or that waits for its own result. Throws TFJS_MODEL_INVALID.
 */
export function checkCalls(model: Json, file: string): void {
  const models: Json[] = [model];
  for (let next = models.pop(); next !== undefined; next = models.pop()) {
    const layers = next['layers'] as readonly Layer[];
    for (const { class_name, config } of layers) if (class_name === 'Functional') models.push(config);
    checkOne(next, layers, file);
  }
}

function checkOne(model: Json, layers: readonly Layer[], file: string): void {
  const wrong = (path: string, found: string, expected: string) =>
    errors.invalid({ model: file, path: `the model "${String(model['name'])}", ${path}`, found, expected });
  const ready = new Map<string, number>();
  for (const { name, class_name } of layers) {
    if (ready.has(name)) throw wrong(`layer "${name}"`, 'two layers of this name', 'a name of its own for every layer');
    // A model is called once when it is made, and an input is there from the start.
    ready.set(name, class_name === 'Functional' || class_name === 'InputLayer' ? 1 : 0);
  }
  const ends = [model['input_layers'], model['output_layers']] as readonly (readonly Reference[])[];
  for (const { name, inbound_nodes } of layers) {
    for (const [layer] of inbound_nodes.flat()) {
      if (!ready.has(layer)) throw wrong(`inbound_nodes of "${name}"`, `"${layer}"`, 'the name of a layer beside it');
    }
  }
  for (const [layer] of ends.flat()) {
    if (!ready.has(layer)) throw wrong('its inputs and outputs', `"${layer}"`, 'the name of one of its layers');
  }
  const done = new Map(layers.map(({ name }) => [name, 0]));
  const waiting = new Map<string, Layer[]>();
  const open = [...layers];
  for (let layer = open.pop(); layer !== undefined; layer = open.pop()) {
    const { name, inbound_nodes } = layer;
    let at = done.get(name)!;
    for (; at < inbound_nodes.length; at += 1) {
      const missing = inbound_nodes[at]!.find(([source, use]) => ready.get(source)! <= use);
      if (missing !== undefined) {
        waiting.set(missing[0], [...(waiting.get(missing[0]) ?? []), layer]);
        break;
      }
      ready.set(name, ready.get(name)! + 1);
      append(open, waiting.get(name) ?? []);
      waiting.delete(name);
    }
    done.set(name, at);
  }
  const stuck = layers.find(({ name, inbound_nodes }) => done.get(name)! < inbound_nodes.length);
  if (stuck === undefined) return;
  const reads = stuck.inbound_nodes[done.get(stuck.name)!]!.map(([source, use]) => `call ${use} of "${source}"`);
  throw wrong(
    `inbound_nodes of "${stuck.name}"`,
    reads.join(', '),
    'calls that come before it, none of which waits for it',
  );
}
