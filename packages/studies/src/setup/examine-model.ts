import {
  EXPLAINER,
  float32,
  isDiagnosed,
  isDifferentiable,
  type Feeds,
  type GraphNode,
  type Host,
  type Model,
  type Objective,
  objectiveOf,
  type Subject,
  answer,
} from '@understory/core';
import { fixedSize, placementOf, type Preprocessing } from '@understory/imaging';

/** An operator of a model's graph. */
export interface OperatorRecord {
  readonly operator: string;
  readonly count: number;
  /** `none`: no gradient passes through it by its nature, or here it only works on whole numbers. */
  readonly gradient: 'yes' | 'missing' | 'none';
}

/** How far back the gradients of an output reach. */
export interface ReachRecord {
  readonly output: string;
  readonly inputs: Readonly<Record<string, boolean>>;
  /** How many layers, of those that the output depends on, its gradients reach. */
  readonly layers: number;
  readonly of: number;
  /** What stands in the way of the others, each once. */
  readonly obstacles: readonly string[];
}

/** Whether an explainer works on a model: the layer that `auto` means, or the reason. */
export type ApplicabilityRecord = { readonly id: string; readonly title: string; readonly backend: string } & (
  | { readonly applies: true; readonly layer: string | null; readonly reading: string | null }
  | { readonly applies: false; readonly code: string; readonly reason: string }
);

/** The operators of a model by name; undefined where its backend shows no graph. */
export function operatorsOf(model: Model): readonly OperatorRecord[] | undefined {
  if (model.graph === undefined) return undefined;
  const nodes = new Map<string, GraphNode[]>();
  for (const node of model.graph.nodes) nodes.set(node.operator, [...(nodes.get(node.operator) ?? []), node]);
  return [...nodes.entries()]
    .map(([operator, all]) => ({ operator, count: all.length, gradient: gradientOf(model, all) }))
    .sort((left, right) => right.count - left.count || (left.operator < right.operator ? -1 : 1));
}

/** How many nodes of an operator are tried: one may stand among whole numbers while the next does not. */
const tried = 4;

/** Whether gradients pass from an operator's outputs to one of its inputs; the best answer that any of a few nodes gives. */
function gradientOf(model: Model, nodes: readonly GraphNode[]): OperatorRecord['gradient'] {
  if (!isDifferentiable(model)) return 'missing';
  let answer: OperatorRecord['gradient'] = 'none';
  for (const { inputs, outputs } of [...nodes.slice(0, tried / 2), ...nodes.slice(-tried / 2)]) {
    const [output] = outputs;
    for (const input of inputs) {
      if (output === undefined || output === '' || input === '') continue;
      if (model.graph?.constant(input) !== undefined) continue;
      const way = model.differentiability(output, input);
      if (way.differentiable) return 'yes';
      if (way.reason === 'operator') answer = 'missing';
    }
  }
  return answer;
}

const floats = ['float32', 'float16', 'float64'];

/** How far the gradients of each output reach; empty where the backend computes none. */
export function reachOf(model: Model): readonly ReachRecord[] {
  if (!isDifferentiable(model)) return [];
  return model.outputs
    .filter(({ type }) => floats.includes(type))
    .map(({ name: output }) => {
      const ways = model.layers.map(({ name }) => model.differentiability(output, name));
      const related = ways.filter((way) => way.differentiable || way.reason === 'operator');
      return {
        output,
        inputs: Object.fromEntries(
          model.inputs.map(({ name }) => [name, model.differentiability(output, name).differentiable]),
        ),
        layers: related.filter((way) => way.differentiable).length,
        of: related.length,
        obstacles: [...new Set(related.flatMap((way) => (way.differentiable ? [] : [withoutPath(way.message)])))],
      };
    });
}

/** Every layer has its own path; the operator in the way is what counts. */
function withoutPath(message: string): string {
  return message.replace(/, which lies on the path .*$/s, '.').replace(/ from ".*$/s, '');
}

/**
 * Which explainers work on a subject, as each plugin's backend sees it, found out with a blank picture: what they say of it is what they will do.
 * Explainers that ask nothing of a model work on any and are not run.
 */
export async function applicabilityOf(
  host: Host,
  subjectFor: (plugin: string) => Promise<Subject>,
  preprocessing: Preprocessing,
): Promise<readonly ApplicabilityRecord[]> {
  const records: ApplicabilityRecord[] = [];
  for (const { id, title, needs = [], options, plugin } of host.list('explainer')) {
    const subject = await subjectFor(plugin);
    const { model, picture, reads } = subject;
    const feeds = subject.feeds(blank(preprocessing, subject));
    const { backend } = model.origin;
    const differentiable =
      isDifferentiable(model) && reads.some((output) => model.differentiability(output, picture.name).differentiable);
    const explainer = host.get(EXPLAINER, id);
    // What has settings takes many passes unless it reads a layer in one; where gradients reach the image it applies.
    const takesMany = options !== undefined && explainer.readsLayer !== true;
    if (needs.length === 0 || (takesMany && differentiable && needs.every((need) => need === 'gradients'))) {
      records.push({ id, title, backend, applies: true, layer: null, reading: null });
      continue;
    }
    // What takes many passes has shown that it applies when the first is done.
    const enough = new AbortController();
    try {
      const objective = await anyObjective(subject, feeds);
      const watched = {
        model,
        feeds,
        image: picture.name,
        objective,
        seed: 0,
        signal: enough.signal,
        progress: () => enough.abort(),
      };
      const [map] = await explainer.explain(watched);
      records.push({ id, title, backend, applies: true, layer: map?.layer ?? null, reading: map?.reading ?? null });
    } catch (error) {
      if (enough.signal.aborted) {
        records.push({ id, title, backend, applies: true, layer: null, reading: null });
        continue;
      }
      if (!isDiagnosed(error)) throw error;
      // The network computes no number for a blank picture, which it may for others.
      if (error.code === 'HEAT_MAP_NOT_FINITE') {
        records.push({ id, title, backend, applies: true, layer: null, reading: null });
        continue;
      }
      const reason = `${error.message} ${error.found}`;
      records.push({ id, title, backend, applies: false, code: error.code, reason });
    }
  }
  return records;
}

/** The best thing that a model says of a picture, else the first number of the first tensor that it is read from. */
async function anyObjective(subject: Subject, feeds: Feeds): Promise<Objective> {
  if (subject.classes !== undefined) return subject.classes.objective([0]);
  const [said] = await answer(subject, feeds);
  const [best] = said?.options ?? [];
  const [target] = (best && subject.targets(best.target, said!)) ?? [];
  if (target !== undefined) return objectiveOf([target]);
  const [output = ''] = subject.reads;
  const dims = (await subject.model.run(feeds, [output]))[output]?.dims ?? [];
  return { kind: 'score', output, index: [dims.slice(1).map(() => 0)] };
}

function blank(preprocessing: Preprocessing, { picture: { size } }: Subject) {
  const { channels, layout } = preprocessing;
  const square = { width: 224, height: 224 };
  const { width, height } = size ?? fixedSize(preprocessing) ?? placementOf(square, preprocessing).size;
  const dims = layout === 'NCHW' ? [1, channels, height, width] : [1, height, width, channels];
  return float32(new Float32Array(channels * height * width), dims);
}
