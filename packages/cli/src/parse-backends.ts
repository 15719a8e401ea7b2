import { cliErrors } from './errors.ts';

/** What `--backend` says: the id of the backend for everything, and of those for plugins that are named. */
export interface BackendChoice {
  readonly backend?: string;
  readonly backends?: Readonly<Record<string, string>>;
}

/** The choice in texts such as `onnx` and `explain-gradcam=tfjs`; throws USAGE. */
export function parseBackends(texts: readonly string[] = []): BackendChoice {
  const backends = new Map<string, string>();
  let backend: string | undefined;
  for (const text of texts) {
    const parts = text.split('=').map((part) => part.trim());
    const [first = '', second] = parts;
    if (parts.length > 2 || parts.includes('')) throw wrong(`'${text}' chooses no backend.`);
    if (second !== undefined) {
      const earlier = backends.get(first);
      if (earlier !== undefined) throw wrong(`'${text}' is a second backend for ${first}, after ${earlier}.`);
      backends.set(first, second);
    } else if (backend === undefined) backend = first;
    else throw wrong(`'${text}' is a second backend for everything, after ${backend}.`);
  }
  return {
    ...(backend !== undefined && { backend }),
    ...(backends.size > 0 && { backends: Object.fromEntries(backends) }),
  };
}

function wrong(message: string) {
  return cliErrors.usage({
    message,
    suggestion: 'Give --backend an id for everything, and PLUGIN=ID for each plugin that takes another.',
    command: 'understory',
  });
}
