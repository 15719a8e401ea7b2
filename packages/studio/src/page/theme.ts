import { signal } from '@preact/signals';

const name = 'understory-theme';

/** What was chosen by hand; the system's where nothing was. */
const theme = signal<'light' | 'dark' | null>(read());

const system = matchMedia('(prefers-color-scheme: dark)');
const isSystemDark = signal(system.matches);
system.addEventListener('change', ({ matches }) => (isSystemDark.value = matches));

export function isDark(): boolean {
  return theme.value === null ? isSystemDark.value : theme.value === 'dark';
}

export function toggleTheme(): void {
  theme.value = isDark() ? 'light' : 'dark';
  try {
    localStorage.setItem(name, theme.value);
  } catch {
    // A page that may keep nothing forgets it when it is closed.
  }
  show();
}

/** Has the style sheet follow. */
export function show(): void {
  if (theme.value === null) delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme.value;
}

function read(): 'light' | 'dark' | null {
  try {
    const kept = localStorage.getItem(name);
    return kept === 'light' || kept === 'dark' ? kept : null;
  } catch {
    return null;
  }
}
