const { join } = require('node:path');
const { default: JsVersionActions, afterAllProjectsVersioned } = require('@nx/js/src/release/version-actions');

/** Writes a new version where packages carry it as data, beside package.json. */
class ManifestVersionActions extends JsVersionActions {
  async updateProjectVersion(tree, newVersion) {
    const logs = await super.updateProjectVersion(tree, newVersion);
    const path = join(this.projectGraphNode.data.root, 'src/manifest.ts');
    if (!tree.exists(path)) return logs;
    const text = tree.read(path, 'utf8');
    tree.write(path, text.replace(/(?<=^export const version = ').*(?=';$)/m, newVersion));
    return [...logs, `New version ${newVersion} written to ${path}`];
  }
}

module.exports = { default: ManifestVersionActions, afterAllProjectsVersioned };
