import { OnnxWebBackend } from '@understory/backend-onnx/web';
import { contractCases } from '../contract-cases.ts';

/** What the page found: the promises that are broken, by network and name. */
export interface ContractResults {
  readonly isIsolated: boolean;
  /** How each model ran, by network. */
  readonly providers: Readonly<Record<string, string>>;
  readonly kept: readonly string[];
  readonly broken: Readonly<Record<string, string>>;
}

async function results(): Promise<ContractResults> {
  const kept: string[] = [];
  const broken: Record<string, string> = {};
  const providers: Record<string, string> = {};
  const create = () => new OnnxWebBackend({ wasm: '/files/', threads: 2 });
  const source = (network: string) => ({ kind: 'file', path: `/files/${network}/model.onnx` }) as const;
  const served = (await (await fetch('/names')).json()) as readonly string[];
  for (const { network, cases } of contractCases(create, source)) {
    if (!served.includes(`${network}/model.onnx`)) continue;
    const model = await create().open(source(network));
    providers[network] = model.origin.executionProvider;
    await model.close();
    for (const { name, run, skip } of cases) {
      if (skip) continue;
      try {
        await run();
        kept.push(`${network}: ${name}`);
      } catch (error) {
        broken[`${network}: ${name}`] = String(error);
      }
    }
  }
  return { isIsolated: crossOriginIsolated, providers, kept, broken };
}

// Not awaited here: what a bundle of one file imports on demand stands behind this module.
void results()
  .catch((error: unknown) => ({ broken: { page: `${error} ${JSON.stringify(error)}` } }))
  .then((found) => fetch('/results', { method: 'POST', body: JSON.stringify(found) }));
