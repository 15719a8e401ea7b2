import type { GraphNode, GraphView, Model } from '@understory/core';
import { textInputNames, type TextInputs } from '@understory/text';
import { embeddingOutputs } from './embedding-outputs.ts';

/** Both towers in one graph. */
export interface JoinedTowers {
  /** The tensors that hold the embeddings, of length 1 or not. */
  readonly image: string;
  readonly text: string;
  /** The output `[pictures, captions]` or the other way round; undefined where there is none. */
  readonly logits: string | undefined;
  /** What was found, for a person. */
  readonly why: string;
}

const ofPicture = 1;
const ofText = 2;
const ofBoth = 3;

const products = new Set(['MatMul', 'Gemm', 'Einsum']);

/** What lies between the cosines and an output of them. */
const finishing = new Set(
  'Add Cast Div Dropout Exp Identity LogSoftmax Mul Neg Reshape Sigmoid Softmax Squeeze Sub Transpose Unsqueeze'.split(
    ' ',
  ),
);

/** What an operand may have gone through behind its tower, by a constant where there are two inputs: it keeps its direction. */
const keepsDirection = new Set(['Cast', 'Div', 'Identity', 'Mul', 'Transpose']);

/**
 * The embeddings inside a graph that takes a picture and text and compares them: outputs that each depend on one of the two, else the operands of
 * the product that an output is made of. Undefined where the two meet in any other way.
 */
export function joinedTowers(model: Model, picture: string, text: TextInputs): JoinedTowers | undefined {
  const { graph, outputs } = model;
  if (graph === undefined) return byNames(model);
  const parts = dependences(graph, picture, textInputNames(text));
  const of = (part: number) => outputs.filter(({ name }) => parts.get(name) === part);
  const meeting = of(ofBoth).map(({ name }) => ({ name, node: productBehind(graph, name, parts) }));
  const compared = meeting.find(({ node }) => node !== undefined);
  const [image, ...otherImages] = embeddingOutputs(of(ofPicture));
  const [caption, ...otherCaptions] = embeddingOutputs(of(ofText));
  if (image && caption && otherImages.length + otherCaptions.length === 0) {
    const why = `"${image.name}" depends on the picture alone, "${caption.name}" on the text alone`;
    return { image: image.name, text: caption.name, logits: compared?.name, why };
  }
  if (compared?.node === undefined) return undefined;
  const operands = compared.node.inputs;
  const operand = (part: number) => operands.find((name) => parts.get(name) === part)!;
  const known = new Set([...model.layers, ...outputs].map(({ name }) => name));
  return {
    image: beforeScaling(graph, operand(ofPicture), parts, known),
    text: beforeScaling(graph, operand(ofText), parts, known),
    logits: compared.name,
    why: `"${compared.name}" is the product of what is made of the picture and of what is made of the text`,
  };
}

function byNames({ outputs }: Model): JoinedTowers | undefined {
  const named = (pattern: RegExp) => outputs.find(({ name }) => pattern.test(name))?.name;
  const image = named(/^image_embed/i);
  const text = named(/^text_embed/i);
  if (image === undefined || text === undefined) return undefined;
  return { image, text, logits: named(/^logits_per_image$/i), why: `outputs "${image}" and "${text}"` };
}

/** Which of picture and text each tensor is made of; sizes that are read off a tensor are nothing made of it. */
function dependences(graph: GraphView, picture: string, texts: readonly string[]): ReadonlyMap<string, number> {
  const parts = new Map<string, number>([[picture, ofPicture], ...texts.map((name) => [name, ofText] as const)]);
  for (const { operator, inputs, outputs } of graph.nodes) {
    const part = operator === 'Shape' ? 0 : inputs.reduce((all, name) => all | (parts.get(name) ?? 0), 0);
    if (part !== 0) for (const name of outputs) parts.set(name, part);
  }
  return parts;
}

/** The product of something of the picture and something of the text that an output is, up to its scale and form. */
function productBehind(graph: GraphView, output: string, parts: ReadonlyMap<string, number>): GraphNode | undefined {
  const producers = producersOf(graph);
  const seen = new Set<string>();
  for (let name = output; !seen.has(name);) {
    seen.add(name);
    const node = producers.get(name);
    if (node === undefined) return undefined;
    const operands = node.inputs.map((input) => parts.get(input) ?? 0);
    if (products.has(node.operator) && operands.includes(ofPicture) && operands.includes(ofText)) return node;
    const [only, ...others] = node.inputs.filter((input) => parts.get(input) === ofBoth);
    if (!finishing.has(node.operator) || only === undefined || others.length > 0) return undefined;
    name = only;
  }
  return undefined;
}

/** An operand followed back through what leaves its direction alone, to the last tensor that can be asked for. */
function beforeScaling(
  graph: GraphView,
  operand: string,
  parts: ReadonlyMap<string, number>,
  known: ReadonlySet<string>,
): string {
  const producers = producersOf(graph);
  let found = operand;
  const seen = new Set<string>();
  for (let name = operand; !seen.has(name);) {
    seen.add(name);
    const node = producers.get(name);
    const [only, ...others] = node?.inputs.filter((input) => (parts.get(input) ?? 0) !== 0) ?? [];
    if (node === undefined || !keepsDirection.has(node.operator) || only === undefined || others.length > 0) break;
    if (node.operator === 'Div' && node.inputs[0] !== only) break;
    name = only;
    if (known.has(name)) found = name;
  }
  return found;
}

function producersOf(graph: GraphView): ReadonlyMap<string, GraphNode> {
  return new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
}
