import { colourMapNames } from '@understory/imaging';
import { chooseExplainer, chooseLayer, explainTarget } from './actions.ts';
import { back, shuffle } from './pieces.ts';
import { isHelpOpen } from './parts/Help.tsx';
import {
  about,
  colours,
  explainers,
  hasContour,
  layer,
  opacity,
  said,
  shownMap,
  stops,
  tool,
  type ToolName,
} from './state.ts';
import { cancelAll } from './tasks.ts';
import { toggleTheme } from './theme.ts';

const toolKeys: Readonly<Record<string, ToolName>> = {
  ...{
    l: 'look',
    g: 'compare',
    d: 'deletion',
    p: 'patches',
    a: 'attack',
    v: 'visualise',
    w: 'words',
    n: 'graph',
    r: 'runs',
  },
};

/** The opacity before the map was hidden. */
let before = opacity.value;

const actions: Readonly<Record<string, () => void>> = {
  '?': () => (isHelpOpen.value = !isHelpOpen.value),
  Escape: cancelAll,
  ArrowLeft: () => stepLayer(-1),
  ArrowRight: () => stepLayer(1),
  ArrowUp: () => stepTarget(-1),
  ArrowDown: () => stepTarget(1),
  c: () => (hasContour.value = !hasContour.value),
  m: () => (colours.value = colourMapNames[(colourMapNames.indexOf(colours.value) + 1) % colourMapNames.length]!),
  h: () => {
    if (opacity.value > 0) before = opacity.value;
    opacity.value = opacity.value > 0 ? 0 : before || 0.55;
  },
  t: toggleTheme,
  s: () => void shuffle(),
  b: () => void back(),
};

/** Listens to keys that no field or control uses by itself. */
export function listenToKeys(): void {
  document.addEventListener('keydown', (event) => {
    const { key, target, altKey, ctrlKey, metaKey } = event;
    if (altKey || ctrlKey || metaKey || event.defaultPrevented) return;
    const element = target instanceof HTMLElement ? target : document.body;
    if (element.matches('input, textarea, select') && key !== 'Escape') return;
    // A dialog closes itself.
    if (document.querySelector('dialog[open]') !== null) return;
    if (element.closest('[data-own-keys]') !== null && key !== 'Escape' && key !== '?') return;
    const action = actions[key] ?? toolAction(key) ?? explainerAction(key);
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}

function toolAction(key: string): (() => void) | undefined {
  const name = toolKeys[key];
  if (name === undefined || (name === 'runs' && about.value?.kind !== 'served')) return undefined;
  return () => (tool.value = name);
}

function explainerAction(key: string): (() => void) | undefined {
  const found = /^[1-9]$/.test(key) ? explainers.value[Number(key) - 1] : undefined;
  return found && (() => void chooseExplainer(found.id));
}

function stepLayer(step: number): void {
  const all = stops.value;
  const name = layer.value === 'auto' ? shownMap.value?.layer : layer.value;
  const at = all.findIndex((each) => each.name === name);
  const next = all[at < 0 ? all.length - 1 : at + step];
  if (next !== undefined) void chooseLayer(next.name);
}

function stepTarget(step: number): void {
  const options = said.value?.options ?? [];
  const at = options.findIndex(({ target }) => target === shownMap.value?.target);
  const next = options[at + step];
  if (next !== undefined) void explainTarget(next.target);
}
