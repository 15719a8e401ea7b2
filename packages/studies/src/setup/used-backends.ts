import type { UsedBackend } from '../evaluation/evaluation-rows.ts';
import type { OpenedModel } from './open-model.ts';

/** What a model computes in a run. */
export interface Use {
  readonly opened: OpenedModel;
  readonly kind: 'predictions' | 'explainer' | 'metric' | 'probe' | 'attack' | 'visualiser' | 'transfer';
  /** As rows name it; absent where the kind says it all. */
  readonly name?: string;
}

/** The backends of a run with what each computes, in the order of use. */
export function usedBackends(uses: readonly Use[]): readonly UsedBackend[] {
  const models = [...new Set(uses.map(({ opened }) => opened))];
  return models.map((opened) => {
    const { sha256, executionProvider, remarks } = opened.model.origin;
    const computes = uses
      .filter((use) => use.opened === opened)
      .map(({ kind, name }) => (name === undefined ? kind : `${kind} ${name}`));
    return { backend: opened.backend, executionProvider, sha256, remarks, computes: [...new Set(computes)] };
  });
}
