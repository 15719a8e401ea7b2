import { append, isDiagnosed, messageOf } from '@understory/core';
import { chooseAttacks } from '../attack/choose-attacks.ts';
import type { Environment } from '../environment.ts';
import { chooseProbe } from '../probe/choose-probe.ts';
import { skippedNote } from '../setup/all-explainers.ts';
import { setUp, withPlugins } from '../setup/setup.ts';
import { selectionOf, selectionsOf } from '../spec/selections.ts';
import type { LeftOut } from './examination.ts';
import type { ExaminerSpec } from './examiner.ts';

/** The parts are chosen before the model is opened; a model that cannot be attacked is opened without the attack. */
export async function setUpExaminer(spec: ExaminerSpec, environment: Environment, leftOut: LeftOut[]) {
  const explainers = selectionsOf(spec.explainers);
  const chosen = (isAttacked: boolean) =>
    withPlugins(spec, environment, async (loaded) => {
      const { host } = loaded;
      const { batch } = spec;
      const attacks =
        spec.attack === null
          ? []
          : chooseAttacks(host, {
              attack: selectionOf(spec.attack, 'attack'),
              masks: spec.masks,
              sweepEpsilons: spec.epsilons.map(String),
              batch,
            });
      // Before the model is opened, so that one that does not exist is told at once.
      const probe = spec.probe && chooseProbe(host, { probe: selectionOf(spec.probe, 'probe'), batch }).record.id;
      const [first] = attacks;
      const principal = { kind: 'attack' as const, id: first?.record.attack ?? '', name: first?.record.attack ?? '' };
      const lost: LeftOut[] = [];
      const setup = await setUp(
        spec,
        {
          ...{ explainers, layer: spec.layer, targets: spec.target },
          ...(isAttacked && first !== undefined && { principal }),
          others: [
            ...selectionsOf(spec.metrics).map(({ id }) => ({ kind: 'metric' as const, id })),
            ...(typeof probe === 'string' ? [{ kind: 'probe' as const, id: probe }] : []),
          ],
          onSkipped: (explainer, error) =>
            void lost.push({ what: explainer, reason: skippedNote({ explainer, error }) }),
          onUnfit: (explainer, error) => void lost.push({ what: explainer, reason: messageOf(error) }),
        },
        environment,
        loaded,
      );
      append(leftOut, lost);
      return { setup, attacks };
    });
  try {
    return { ...(await chosen(true)), attackReason: undefined };
  } catch (error) {
    const isOfAttack = isDiagnosed(error) && ['CAPABILITY_MISSING', 'NOT_DIFFERENTIABLE'].includes(error.code);
    if (!isOfAttack || spec.attack === null) throw error;
    return { ...(await chosen(false)), attackReason: messageOf(error) };
  }
}
