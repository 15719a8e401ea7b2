import { PROBE, parseSelections, presetKey, type Host, type Options, type Probe } from '@understory/core';
import type { ProbeRecord } from '@understory/report';
import { cliErrors } from '@understory/cli';
import { presetOf, recordedOptions } from '../common/recorded-settings.ts';

export interface ChosenProbe {
  readonly probe: Probe;
  readonly record: ProbeRecord['parameters']['probe'];
}

export interface ProbeChoice {
  /** An id, with settings where wanted: `shuffle:grid=2+4,permutations=3`. */
  readonly probe: string;
  readonly preset?: string | undefined;
  /** Settings given as options of the command line, which go before those behind the id and those of the preset. */
  readonly settings: Options;
  /** Holds for probes that have such a setting. */
  readonly batch: number;
}

/** The probe asked for, made by its plugin; throws UNKNOWN_ID, UNKNOWN_OPTION, OPTION_INVALID, UNKNOWN_PRESET and USAGE. */
export function chooseProbe(host: Host, { probe: text, preset, settings, batch }: ProbeChoice): ChosenProbe {
  const [selection, ...others] = parseSelections(text);
  if (selection === undefined || others.length > 0) {
    throw cliErrors.usage({
      message: `'${text}' is not one probe.`,
      suggestion: 'Give one id, such as shuffle; "understory plugins" lists them.',
      command: 'understory probe',
    });
  }
  const { id, options } = selection;
  // Asked first, so that a probe that does not exist is told as that.
  host.optionsOf('probe', id);
  const { title, description, reference, options: schema = {} } = host.list('probe').find((each) => each.id === id)!;
  const asked: Options = { ...(preset !== undefined && { [presetKey]: preset }), ...options, ...settings };
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
  };
}
