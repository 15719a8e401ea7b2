import type { Io } from './io.ts';

/** Names the configuration that is found in the current folder before it is read: a module runs code. */
export function configurationNote({ stderr }: Pick<Io, 'stderr'>, { quiet }: { readonly quiet?: boolean | undefined }) {
  return (path: string): void => {
    if (quiet !== true) stderr.write(`note: the configuration ${path} is used\n`);
  };
}
