import {
  BACKEND,
  errors,
  isDifferentiable,
  unmetNeed,
  type Host,
  type Model,
  type ModelNeed,
  type Subject,
} from '@understory/core';
import { shortName } from '../common/short-name.ts';
import type { OpenedModel } from './open-model.ts';

/** What is asked of a model: by a manifest, or `randomised` by a metric that re-initialises its weights. */
export type Need = ModelNeed | 'randomised';

const capabilities: Readonly<Record<Need, string>> = {
  gradients: 'gradients',
  graph: 'graphs',
  programs: 'compiled programs',
  randomised: 'weights that can be re-initialised',
};

export interface NeedsCheck {
  readonly host: Host;
  /** How the error calls what has the needs, such as `The explainer gradcam`. */
  readonly what: string;
  /** The package that has it. */
  readonly plugin: string;
  readonly needs: readonly Need[];
  readonly opened: OpenedModel;
}

/** Throws CAPABILITY_MISSING where a model does not have what is asked of it, with the other backends on which it has. */
export async function checkNeeds({ host, what, plugin, needs, opened }: NeedsCheck): Promise<void> {
  const unmet = firstUnmet(opened.model, needs);
  if (unmet === undefined) return;
  const others = await backendsThatMeet(needs, host, opened);
  const [first, ...rest] = others;
  throw errors.capabilityMissing({
    ...{ what, capability: capabilities[unmet], backend: opened.backend },
    next:
      first === undefined
        ? 'No other backend that is loaded has it for this model: choose another method.'
        : `Choose the backend "${first}"${rest.length === 0 ? '' : ` (or ${rest.join(', ')})`} for ${plugin}.`,
    remedy:
      first === undefined
        ? { kind: 'list', of: 'plugins' }
        : { kind: 'backend', plugin: shortName(plugin), ids: others },
  });
}

/** Throws NOT_DIFFERENTIABLE where the gradients of none of the tensors that a subject reads reach the picture. */
export function checkReachesPicture({ model, reads, picture }: Subject): void {
  if (!isDifferentiable(model)) return;
  const ways = reads.map((output) => ({ output, way: model.differentiability(output, picture.name) }));
  const [first] = ways;
  if (first === undefined || first.way.differentiable || ways.some(({ way }) => way.differentiable)) return;
  throw errors.notDifferentiable({
    ...{ output: first.output, tensor: picture.name, reason: first.way.message },
    alternatives: [],
  });
}

function firstUnmet(model: Model, needs: readonly Need[]): Need | undefined {
  const declared = needs.filter((need) => need !== 'randomised');
  const unmet = unmetNeed(model, declared);
  return unmet ?? (needs.includes('randomised') && model.randomised === undefined ? 'randomised' : undefined);
}

/** Opens the model with every other backend to see: nobody waits for it but who has to choose one. */
async function backendsThatMeet(needs: readonly Need[], host: Host, { resolved, backend: its }: OpenedModel) {
  const found: string[] = [];
  for (const { id } of host.list('backend')) {
    const backend = id === its ? undefined : host.get(BACKEND, id);
    if (backend?.accepts(resolved.source) !== true) continue;
    const model = await backend.open(resolved.source).catch(() => undefined);
    if (model !== undefined && firstUnmet(model, needs) === undefined) found.push(id);
    await model?.close();
  }
  return found;
}
