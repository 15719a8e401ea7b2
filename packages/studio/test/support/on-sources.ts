/** What lets a process import sources. */
export const onSources = [
  '--conditions=@understory/source',
  '--disable-warning=ExperimentalWarning',
  '--import',
  new URL('../../../experiments/test/support/typescript.mjs', import.meta.url).href,
] as const;
