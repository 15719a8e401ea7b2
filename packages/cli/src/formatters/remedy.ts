/** Flags of settings; `out` of experiments and of files is one. */
const flags: Readonly<Record<string, string>> = {
  layer: '--layer',
  layout: '--layout',
  labels: '--labels',
  device: '--device',
  out: '--out',
  plugin: '--plugin',
  strict: '--strict',
  queue: '--queue',
  workers: '--workers',
  retryFailed: '--retry-failed',
  modelRoot: '--model-root',
  dataRoot: '--data-root',
  task: '--task',
  input: '--input',
  output: '--output',
  feed: '--feed',
  to: '--to',
  text: '--text',
  against: '--against',
  question: '--question',
  vocabulary: '--vocabulary',
  threshold: '--threshold',
};

/** Where the command lists what there is to choose from. */
const lists: Readonly<Record<string, string>> = {
  layers: '`understory inspect <model>` lists the layers.',
  inputs: '`understory inspect <model>` shows the inputs.',
  outputs: '`understory inspect <model>` shows the outputs.',
  plugins: '`understory plugins` lists what is loaded; --plugin adds a package.',
};

/**
 * What to do next, with the flags or the command by which it is done here; `remedy` may be of any error that has one, so nothing is
 * taken for granted of it.
 */
export function withRemedy(next: string, remedy: unknown): string {
  const words = wordsOf(remedy);
  if (words === undefined) return next;
  if (words.kind === 'sentence') return `${next} ${words.text}`;
  return next.endsWith('.') ? `${next.slice(0, -1)} (${words.text}).` : `${next} (${words.text})`;
}

interface Words {
  readonly kind: 'flags' | 'sentence';
  readonly text: string;
}

function wordsOf(remedy: unknown): Words | undefined {
  const { kind, settings, plugin, ids, of } = fieldsOf(remedy);
  if (kind === 'list' && typeof of === 'string' && Object.hasOwn(lists, of)) {
    return { kind: 'sentence', text: lists[of]! };
  }
  if (kind === 'settings' && Array.isArray(settings)) {
    const named = settings.map(flagOf).filter((flag) => flag !== undefined);
    return named.length === 0 ? undefined : { kind: 'flags', text: named.join(', ') };
  }
  if (kind === 'backend' && Array.isArray(ids)) {
    const [first] = ids as readonly unknown[];
    const value = `${typeof plugin === 'string' ? `${plugin}=` : ''}${typeof first === 'string' ? first : ''}`;
    return { kind: 'flags', text: value === '' ? '--backend' : `--backend ${value}` };
  }
  return undefined;
}

function flagOf(setting: unknown): string | undefined {
  const { name, value } = fieldsOf(setting);
  if (typeof name !== 'string' || !Object.hasOwn(flags, name)) return undefined;
  return typeof value === 'string' ? `${flags[name]} ${quoted(value)}` : flags[name];
}

/** As a shell takes it for one word. */
function quoted(value: string): string {
  return /^[\w./:,=+@-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
