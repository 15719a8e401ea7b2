import type { RunAttack } from '@understory/studies';
import { Palette, type Colours } from '../figures/palette.ts';

/** A budget as it is written: L-infinity in steps of an 8-bit channel. */
export function epsilonText(epsilon: number, norm: RunAttack['budget']['norm']): string {
  if (norm !== 'linf') return `ε ${plain(epsilon)} (${norm === 'l2' ? 'L2' : 'L1'})`;
  return `ε ${plain(255 * epsilon)}/255`;
}

/** `10 %` of the pixels. */
export function fractionText(fraction: number): string {
  return `${plain(100 * fraction)}\u00a0%`;
}

function plain(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** Attacks beyond this share the colour of their mask. */
const mostColours = 7;

/** The colour of each attack by its name; grey is the control of equal area. */
export function attackPalette(attacks: readonly RunAttack[]): Colours {
  const controls = attacks.filter(({ mask }) => mask.id === 'random');
  const byMask = attacks.length > mostColours;
  const keys = new Map(attacks.map(({ name, mask }) => [name, byMask ? mask.id : name]));
  const control = byMask ? 'random' : controls.length === 1 ? controls[0]!.name : undefined;
  const palette = new Palette([...new Set(keys.values())], (key) => key === control);
  const keyOf = (name: string) => keys.get(name) ?? name;
  return { colour: (name) => palette.colour(keyOf(name)), dash: (name) => palette.dash(keyOf(name)) };
}

/** Names beyond this do not fit over a panel. */
const longestName = 26;

/** The name of an attack, or its mask and settings where that is long. */
export function shortName({ name, budget, mask }: RunAttack): string {
  if (name.length <= longestName) return name;
  const share = mask.fraction === null ? '' : `, ${fractionText(mask.fraction)}`;
  return `${mask.id}${share}, ${epsilonText(budget.epsilon, budget.norm)}`;
}

/** Everything but the mask that an attack is set to: attacks of the same settings are drawn together. */
export function settingsText({ attack, budget, mask }: RunAttack): string {
  const share = mask.fraction === null ? '' : `, ${fractionText(mask.fraction)}`;
  return `${attack}, ${epsilonText(budget.epsilon, budget.norm)}${share}`;
}
