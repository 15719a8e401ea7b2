import { METRIC, presetKey, rangeEnds, type Host, type Metric, type Options, type Selection } from '@understory/core';
import { studyErrors } from '../errors.ts';
import type { EvaluatedMetric } from './evaluation-rows.ts';
import { presetOf, recordedOptions } from '../common/recorded-settings.ts';
import { selectionName } from '../common/selection-name.ts';

/** A metric with all that a record says of it. */
export interface NamedMetric {
  readonly record: EvaluatedMetric;
  readonly metric: Metric;
  /** The same metric with the pixels in a random order, whatever the map: the paper's baseline. */
  readonly randomOrder?: Metric;
}

export interface MetricChoice {
  readonly selections: readonly Selection[];
  /** Holds for the metrics that declare it. */
  readonly preset?: string | undefined;
  /** Whether the baseline of metrics that have one is measured too; with the presets that it belongs to where undefined. */
  readonly randomOrder: boolean | undefined;
  readonly batch: number;
  readonly seed: number;
}

/**
 * The metrics asked for, made by their plugins; seed and batch size of the run hold for those that have such settings.
 * Throws UNKNOWN_ID, UNKNOWN_OPTION, OPTION_INVALID, and UNKNOWN_PRESET where no metric has the preset.
 */
export function chooseMetrics(host: Host, choice: MetricChoice): readonly NamedMetric[] {
  const { selections, preset, batch, seed } = choice;
  const isAsked = (asked: string) => selections.some(({ id }) => id === asked);
  const known = host.list('metric');
  const presetsOf = (id: string) => Object.keys(known.find((each) => each.id === id)?.presets ?? {});
  // Asked first, so that a metric that does not exist is told as that.
  for (const { id, options } of selections) host.optionsOf('metric', id, options);
  if (preset !== undefined && !selections.some(({ id }) => presetsOf(id).includes(preset))) {
    throw studyErrors.noSuchPreset({
      preset,
      metrics: selections.map(({ id }) => id),
      known: known.flatMap(({ id }) => presetsOf(id).map((name) => `${name} (${id})`)),
    });
  }
  const measuresBaseline =
    choice.randomOrder ??
    known.some(({ id, baseline }) => isAsked(id) && baseline?.inPresets?.some((each) => each === preset) === true);
  return selections.map((selection): NamedMetric => {
    const { id } = selection;
    const contribution = known.find((each) => each.id === id)!;
    const { options: schema = {}, title, description, reference, baseline } = contribution;
    const named = selection.options[presetKey] ?? (presetsOf(id).includes(preset ?? '') ? preset : undefined);
    const asked: Options = { ...selection.options, ...(named !== undefined && { [presetKey]: named }) };
    const given: Options = { ...('batch' in schema && { batch }), ...('seed' in schema && { seed }), ...asked };
    const values = host.optionsOf('metric', id, given);
    const isBaseline = Object.entries(baseline?.options ?? {}).every(([name, value]) => values[name] === value);
    const metric = host.get(METRIC, id, given);
    return {
      metric,
      ...(measuresBaseline &&
        baseline &&
        !isBaseline && { randomOrder: host.get(METRIC, id, { ...given, ...baseline.options }) }),
      record: {
        ...{ name: selectionName(selection), id, title, description },
        ...{ better: metric.better, range: rangeEnds(metric.range) },
        ...(metric.values !== undefined && { values: metric.values }),
        preset: presetOf(host, 'metric', { id, options: asked }),
        options: recordedOptions(values),
        ...(reference !== undefined && { reference }),
      },
    };
  });
}
