import { PROBE, presetKey, type Host, type Options, type Probe, type Selection } from '@understory/core';
import type { ProbeRecord } from './probe-rows.ts';
import { presetOf, recordedOptions } from '../common/recorded-settings.ts';

export interface ChosenProbe {
  readonly probe: Probe;
  readonly record: ProbeRecord['parameters']['probe'];
  /** The task of the models that it is for; any model where absent. */
  readonly task?: string;
}

export interface ProbeChoice {
  readonly probe: Selection;
  readonly preset?: string | undefined;
  /** Holds for probes that have such a setting. */
  readonly batch: number;
}

/** The probe asked for, made by its plugin; throws UNKNOWN_ID, UNKNOWN_OPTION, OPTION_INVALID and UNKNOWN_PRESET. */
export function chooseProbe(host: Host, { probe: { id, options }, preset, batch }: ProbeChoice): ChosenProbe {
  // Asked first, so that a probe that does not exist is told as that.
  host.optionsOf('probe', id);
  const contribution = host.list('probe').find((each) => each.id === id)!;
  const { title, description, reference, task, options: schema = {} } = contribution;
  const asked: Options = { ...(preset !== undefined && { [presetKey]: preset }), ...options };
  const given: Options = { ...('batch' in schema && { batch }), ...asked };
  const values = host.optionsOf('probe', id, given);
  return {
    probe: host.get(PROBE, id, given),
    record: {
      ...{ id, title, description },
      preset: presetOf(host, 'probe', { id, options: asked }),
      options: recordedOptions(values),
      ...(reference !== undefined && { reference }),
    },
    ...(task !== undefined && { task }),
  };
}
