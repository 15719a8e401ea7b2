// Shows by a dry run in a copy of the workspace that a change in one plugin releases that plugin and nothing else.
// usage: node tools/workspace/check-release.mjs [plugin]
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { satisfies } from 'semver';
import { copyWorkspace } from './copy-workspace.mjs';

const [plugin = 'explain-baseline'] = process.argv.slice(2);
const copy = copyWorkspace();
const faults = [];
try {
  const manifests = readdirSync(join(copy, 'packages')).map((folder) => ({
    folder,
    ...JSON.parse(readFileSync(join(copy, 'packages', folder, 'package.json'), 'utf8')),
  }));
  checkRanges(manifests);
  checkVersions(manifests);

  git('init', '--quiet', '--initial-branch', 'main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'chore: everything as it is');
  for (const { name, version } of manifests) git('tag', `${name}@${version}`);
  appendFileSync(join(copy, 'packages', plugin, 'src/index.ts'), '\nexport const another = 1;\n');
  git('commit', '--quiet', '--all', '--message', 'feat: another export');

  const said = release();
  const changes = /"name": "@understory\/(.+)",\n- +"version": "(.+)",\n\+ +"version": "(.+)",/g;
  const released = Array.from(said.matchAll(changes), ([, name, from, to]) => `${name} ${from} -> ${to}`);
  if (released.length !== 1 || !released[0].startsWith(`${plugin} `)) {
    faults.push(`a change in ${plugin} would release ${released.join(', ') || 'nothing'}:\n${said}`);
  } else if (!said.includes(`export const version = '${released[0].split(' ').at(-1)}';`)) {
    faults.push(`the new version of ${plugin} is not written to its src/manifest.ts:\n${said}`);
  } else {
    console.log(`a feat: commit in ${plugin} releases ${released[0]}, and nothing else`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;

/** A range that leaves out the version in the workspace would install another copy from the registry. */
function checkRanges(manifests) {
  const versions = new Map(manifests.map(({ name, version }) => [name, version]));
  for (const { name, dependencies, devDependencies, peerDependencies } of manifests) {
    for (const [of, range] of Object.entries({ ...dependencies, ...devDependencies, ...peerDependencies })) {
      const version = versions.get(of);
      if (version !== undefined && !satisfies(version, range)) {
        faults.push(`${name} asks for ${of} ${range}, and the workspace has ${version}`);
      }
    }
  }
}

/** Packages carry their version as data too, since a module for the browser cannot read package.json. */
function checkVersions(manifests) {
  for (const { folder, name, version } of manifests) {
    const path = join(copy, 'packages', folder, 'src/manifest.ts');
    if (!existsSync(path)) continue;
    const text = readFileSync(path, 'utf8');
    const isSame = (what, value) =>
      !text.includes(`export const ${what} =`) || text.includes(`export const ${what} = '${value}';`);
    if (!isSame('name', name) || !isSame('version', version)) {
      faults.push(`packages/${folder}/src/manifest.ts does not say ${name} ${version}, as package.json does`);
    }
  }
}

function release() {
  const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', CI: 'true', FORCE_COLOR: '0' };
  const argv = ['tools/workspace/release.mjs', '--dry-run', '--skip-publish'];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: copy, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`nx release failed:\n${stdout}\n${stderr}`);
  return stripVTControlCharacters(stdout);
}

function git(...argv) {
  const author = ['-c', 'user.name=nobody', '-c', 'user.email=nobody@example.org', '-c', 'commit.gpgsign=false'];
  execFileSync('git', [...author, ...argv], {
    cwd: copy,
    stdio: 'pipe',
    env: { ...process.env, GIT_DIR: join(copy, '.git') },
  });
}
