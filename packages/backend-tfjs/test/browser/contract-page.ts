import { TfjsWebBackend } from '@understory/backend-tfjs/web';
import { contractCases, kinds, type Kind } from '../contract-cases.ts';

/** What the page found: the promises that are broken, by engine, model and name. */
export interface ContractResults {
  /** How each model runs where nobody names an engine. */
  readonly providers: Readonly<Record<string, string>>;
  readonly kept: readonly string[];
  readonly broken: Readonly<Record<string, string>>;
  /** The codes of what is refused. */
  readonly refused: Readonly<Record<string, string | undefined>>;
}

const create = () => new TfjsWebBackend({ wasm: '/files/' });
const fileOf = (name: string) => ({ kind: 'file', path: `/files/${name}/model.json` }) as const;

async function results(): Promise<ContractResults> {
  const kept: string[] = [];
  const broken: Record<string, string> = {};
  const providers: Record<string, string> = {};
  for (const kind of kinds) {
    const model = await create().open(fileOf(kind));
    providers[kind] = [model.origin.executionProvider, ...model.origin.remarks].join('; ');
    await model.close();
  }
  // What runs in JavaScript has no memory that isolation changes.
  for (const engine of crossOriginIsolated ? ['wasm'] : ['wasm', 'cpu']) {
    for (const { kind, cases } of contractCases(create, (of: Kind) => fileOf(of), { devices: [engine] })) {
      for (const { name, run, skip } of cases) {
        if (skip) continue;
        const promise = `${engine}: ${kind}: ${name}`;
        try {
          await run();
          kept.push(promise);
        } catch (error) {
          broken[promise] = String(error);
        }
      }
    }
  }
  const refused: Record<string, string | undefined> = {};
  for (const name of ['absent', 'outside', 'elsewhere', 'without-shard']) {
    refused[name] = await create()
      .open(fileOf(name))
      .then(
        () => 'nothing',
        ({ code }: { readonly code?: string }) => code,
      );
  }
  refused['device'] = await create()
    .open(fileOf('graph'), { devices: ['tfjs-node'] })
    .then(
      () => 'nothing',
      ({ code }: { readonly code?: string }) => code,
    );
  return { providers, kept, broken, refused };
}

// Not awaited here: what a bundle of one file imports on demand stands behind this module.
void results()
  .catch((error: unknown) => ({ broken: { page: `${error} ${JSON.stringify(error)}` } }))
  .then((found) => fetch('/results', { method: 'POST', body: JSON.stringify(found) }));
