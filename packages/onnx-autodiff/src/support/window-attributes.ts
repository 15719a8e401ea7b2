import type { AttributeInputs, Node } from '../node.ts';

/** How the kernel of a convolution slides, to be written to another one. */
export function windowAttributes(node: Node): AttributeInputs {
  return { ...sliding(node), group: node.int('group', 1) };
}

/** How the window of a pooling slides. */
export function poolingAttributes(node: Node): AttributeInputs {
  return { ...sliding(node), ceil_mode: node.int('ceil_mode', 0) };
}

function sliding(node: Node): AttributeInputs {
  const lists = ['dilations', 'kernel_shape', 'pads', 'strides'].flatMap((name) => {
    const values = node.ints(name);
    return values ? [[name, values] as const] : [];
  });
  return { ...Object.fromEntries(lists), auto_pad: node.string('auto_pad', 'NOTSET') };
}
