const { execFileSync } = require('node:child_process');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { default: DefaultChangelogRenderer } = require('nx/release/changelog-renderer');

const titles = { feat: 'Added', fix: 'Fixed', perf: 'Faster' };

/**
 * A change log as its reader wants it: what is new in this package, in sentences; changes that were made for another package in one line. A first
 * release says what the package is and has nothing fixed, since nobody has had the faults.
 */
class ChangelogRenderer extends DefaultChangelogRenderer {
  renderChangesByType() {
    const own = this.relevantChanges.filter((change) => this.isOwn(change));
    const isFirst = execFileSync('git', ['tag', '--list', `${this.project}@*`], { encoding: 'utf8' }).trim() === '';
    const lines = isFirst ? ['', `First release. ${this.description()}`] : [];
    for (const [type, title] of Object.entries(titles)) {
      const changes = own.filter((change) => change.type === type && !change.isBreaking);
      if (changes.length === 0 || (isFirst && type === 'fix')) continue;
      lines.push('', `### ${title}`, '', ...new Set(changes.map((change) => this.formatChange(change))));
    }
    const others = this.relevantChanges.filter((change) => !this.isOwn(change) && titles[change.type] !== undefined);
    const scopes = [...new Set(others.map(({ scope }) => scope.trim()))].sort();
    if (!isFirst && scopes.length > 0) lines.push('', `Follows changes of ${scopes.join(', ')}.`);
    return lines;
  }

  renderBreakingChanges() {
    return ['### Breaking changes', '', ...new Set(this.breakingChanges)];
  }

  renderDependencyBumps() {
    const bumps = this.dependencyBumps.map(({ dependencyName, newVersion }) => `${dependencyName} ${newVersion}`);
    return ['### Dependencies', '', `- ${bumps.join(', ')}`];
  }

  formatChange({ description }) {
    return `- ${sentence(description.split('\n', 1)[0])}`;
  }

  formatBreakingChangeBase(change) {
    return this.formatChange(change);
  }

  /** Whether a change was made for this package; one without a scope was made for all that it touches. */
  isOwn({ scope }) {
    const folder = this.project?.split('/').at(-1);
    return !scope || scope.split(/[,/ ]+/).includes(folder);
  }

  description() {
    const folder = this.project.split('/').at(-1);
    return JSON.parse(readFileSync(join('packages', folder, 'package.json'), 'utf8')).description;
  }
}

/** A subject of a commit as a sentence; names in code and those with a capital within stay as they are. */
function sentence(text) {
  const [first = ''] = text.trim().split(/[\s,:]/, 1);
  const isWord = /^[a-z]+$/.test(first);
  const begun = isWord ? text.trim().replace(/^./, (letter) => letter.toUpperCase()) : text.trim();
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

module.exports = { default: ChangelogRenderer };
