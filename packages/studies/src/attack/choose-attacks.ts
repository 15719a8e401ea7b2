import {
  ATTACK,
  type Attack,
  type Host,
  MASK,
  type Mask,
  type Options,
  presetKey,
  type Selection,
} from '@understory/core';
import { selectionsOf } from '../spec/selections.ts';
import type { SelectionSpec } from '../spec/study-spec.ts';
import type { RunAttack } from './attack-rows.ts';
import { presetOf, recordedOptions } from '../common/recorded-settings.ts';
import { selectionName } from '../common/selection-name.ts';

/** An attack through a mask with all that a record says of it. */
export interface NamedAttack {
  readonly record: RunAttack;
  readonly attack: Attack;
  readonly mask: Mask;
  /** Whether the attack divides what it is given into batches by itself. */
  readonly dividesBatches: boolean;
}

export interface AttackChoice {
  readonly attack: Selection;
  readonly masks: readonly SelectionSpec[];
  /** Holds for the attack, and for the masks that declare it. */
  readonly preset?: string | undefined;
  readonly sweepFractions?: readonly string[] | undefined;
  readonly sweepEpsilons?: readonly string[] | undefined;
  /** The mask of the same areas that the others are held against; undefined for none. */
  readonly control?: string | undefined;
  /** How many samples run together, for attacks that have such a setting. */
  readonly batch: number;
}

/**
 * Every attack of a run: each mask, at each fraction that is swept, at each epsilon; the control last, once for each fraction.
 * Throws SELECTION_INVALID, UNKNOWN_ID, UNKNOWN_OPTION, OPTION_INVALID and UNKNOWN_PRESET.
 */
export function chooseAttacks(host: Host, choice: AttackChoice): readonly NamedAttack[] {
  const attacks = attackSettings(host, choice);
  const masks = new Map(maskSettings(host, choice).map((mask) => [mask.name, mask]));
  return attacks.flatMap(({ suffix, id, title, given, preset, dividesBatches }) =>
    [...masks.values()].map((mask): NamedAttack => {
      const attack = host.get(ATTACK, id, given);
      const values = host.optionsOf('attack', id, given);
      return {
        attack,
        dividesBatches,
        mask: host.get(MASK, mask.id, mask.given),
        record: {
          ...{ name: `${mask.name}${suffix}`, attack: id, title, preset },
          options: recordedOptions(values),
          budget: { norm: attack.budget.norm, epsilon: attack.budget.epsilon },
          mask: { id: mask.id, title: mask.title, options: mask.options, fraction: mask.fraction },
        },
      };
    }),
  );
}

/** The settings of the attack, once for each epsilon that is swept. */
function attackSettings(host: Host, choice: AttackChoice) {
  const { id, options } = choice.attack;
  const { preset } = choice;
  const base: Options = {
    ...(preset !== undefined && { [presetKey]: preset }),
    ...options,
  };
  host.optionsOf('attack', id, base);
  const { title = id, options: schema = {} } = host.list('attack').find((each) => each.id === id) ?? {};
  const dividesBatches = 'batch' in schema;
  const swept = choice.sweepEpsilons?.map((value) => ({
    suffix: ` epsilon=${value}`,
    given: { ...base, epsilon: value },
  }));
  return (swept ?? [{ suffix: '', given: base }]).map(({ suffix, given }) => ({
    ...{ suffix, id, title, dividesBatches },
    given: { ...(dividesBatches && { batch: choice.batch }), ...given },
    preset: presetOf(host, 'attack', { id, options: given }),
  }));
}

interface MaskSettings {
  readonly name: string;
  readonly id: string;
  readonly title: string;
  readonly given: Options;
  readonly options: Options;
  readonly fraction: number | null;
}

/** The settings of the masks, once for each fraction that is swept, and of the control. */
function maskSettings(host: Host, choice: AttackChoice): readonly MaskSettings[] {
  const asked = selectionsOf(choice.masks, (id) => host.list('mask').find((each) => each.id === id)?.unnamedOption);
  const masks = asked.flatMap((selection) => {
    host.optionsOf('mask', selection.id, selection.options);
    const sweeps = choice.sweepFractions !== undefined && hasFraction(host, selection.id);
    if (!sweeps || 'fraction' in selection.options) return [settingsOf(host, selection, choice.preset)];
    return choice.sweepFractions.map((fraction) =>
      settingsOf(host, { id: selection.id, options: { ...selection.options, fraction } }, choice.preset),
    );
  });
  const { control } = choice;
  if (control === undefined) return masks;
  const controls = masks
    .filter(({ id, fraction }) => id !== control && fraction !== null)
    .map(({ fraction }) => fraction!)
    .filter((fraction) => !masks.some((mask) => mask.id === control && mask.fraction === fraction));
  const plain = settingsOf(host, { id: control, options: {} }, choice.preset);
  return [
    ...masks,
    ...[...new Set(controls)].map((fraction) =>
      plain.fraction === fraction && choice.sweepFractions === undefined
        ? plain
        : settingsOf(host, { id: control, options: { fraction } }, choice.preset),
    ),
  ];
}

function settingsOf(host: Host, { id, options }: Selection, preset: string | undefined): MaskSettings {
  const contribution = host.list('mask').find((each) => each.id === id);
  const isPreset = preset !== undefined && Object.hasOwn(contribution?.presets ?? {}, preset);
  const given: Options = { ...(isPreset && { [presetKey]: preset }), ...options };
  const values = host.optionsOf('mask', id, given);
  const fraction = values['fraction'];
  return {
    name: selectionName({ id, options }),
    ...{ id, given, options: values },
    title: contribution?.title ?? id,
    fraction: typeof fraction === 'number' ? fraction : null,
  };
}

function hasFraction(host: Host, id: string): boolean {
  return typeof host.optionsOf('mask', id)['fraction'] === 'number';
}

type MapNeed = 'originMaps' | 'targetMaps';

/** The masks that are drawn from maps of some kind, by their ids. */
export function masksThatNeed(attacks: readonly NamedAttack[], ...needs: readonly MapNeed[]): readonly string[] {
  const needing = attacks.filter(({ mask }) => needs.some((need) => mask.needs?.includes(need)));
  return [...new Set(needing.map(({ record }) => record.mask.id))];
}

export function drawsFromMaps(attacks: readonly NamedAttack[]): boolean {
  return masksThatNeed(attacks, 'originMaps', 'targetMaps').length > 0;
}
