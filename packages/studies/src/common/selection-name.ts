import type { Selection } from '@understory/core';

/** How results call what was asked for: its id, with the settings that were given as they are written on the command line. */
export function selectionName({ id, options }: Selection): string {
  const settings = Object.entries(options).map(([name, value]) => `${name}=${value}`);
  return settings.length === 0 ? id : `${id}:${settings.join(',')}`;
}
