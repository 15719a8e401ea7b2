/** How a plugin may be called: its package without the scope of this project. */
export function shortName(plugin: string): string {
  return plugin.replace(/^@understory\//, '');
}
