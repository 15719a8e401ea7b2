// Prints what the plugin packages of the workspace in the current folder provide, as JSON, from their sources.
// usage: node --conditions=@understory/source tools/workspace/list-provided.mjs
import { readdirSync, readFileSync } from 'node:fs';
import { register } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

register('./typescript-loader.mjs', import.meta.url);

const found = [];
for (const folder of readdirSync('packages')) {
  const manifest = JSON.parse(readFileSync(`packages/${folder}/package.json`, 'utf8'));
  if (!['type:plugin', 'type:backend'].some((tag) => manifest.nx.tags.includes(tag))) continue;
  const { default: plugin } = await import(pathToFileURL(resolve(`packages/${folder}/src/index.ts`)).href);
  found.push(...plugin.provides.map(({ kind, id }) => ({ kind, id, package: plugin.name })));
}
console.log(JSON.stringify(found));
