import type { OperatorRule } from './gradient-rule.ts';

const opening = `# Operators with gradients

Written from the rules by \`npm run build && node tools/docs/operators.mjs > docs/operators.md\`; a test fails when it is stale.

Opsets are those of the model. A graph older than opset 18 is raised to it before rules read it, so a rule covers the older
forms as well. Operators that stand in no list have no rule: on the path of a gradient they are an error that names them.`;

/** The page that lists every operator by its rule, in Markdown: opsets, what is covered, and which have no derivative. */
export function operatorsPage(rules: Iterable<OperatorRule>): string {
  const sorted = [...rules].sort((a, b) => (titleOf(a) < titleOf(b) ? -1 : 1));
  const withGradient = sorted
    .filter((rule) => !('noGradient' in rule))
    .map((rule) => `- ${entry(rule)}: ${rule.covers}`);
  const reasons = new Map<string, string[]>();
  for (const rule of sorted) {
    if (!('noGradient' in rule)) continue;
    const entries = reasons.get(rule.covers) ?? [];
    entries.push(entry(rule));
    reasons.set(rule.covers, entries);
  }
  const without = [...reasons].map(([reason, entries]) => `- ${reason} ${entries.join(', ')}.`);
  return [
    opening,
    `## ${withGradient.length} with a gradient`,
    withGradient.join('\n'),
    `## ${sorted.length - withGradient.length} without a derivative`,
    'A path that leads through one of these ends there, which is no error as long as another path remains.',
    without.join('\n'),
  ]
    .join('\n\n')
    .concat('\n');
}

/** The table of operators for the README of this package, in Markdown: names alone. */
export function operatorNames(rules: Iterable<OperatorRule>): string {
  const sorted = [...rules].sort((a, b) => (titleOf(a) < titleOf(b) ? -1 : 1));
  const names = (wanted: boolean) => {
    const chosen = sorted.filter((rule) => 'noGradient' in rule !== wanted);
    return {
      count: chosen.length,
      list: chosen.map((rule) => (rule.domain ? `${rule.domain}.${rule.operator}` : rule.operator)).join(', '),
    };
  };
  const [differentiable, constant] = [names(true), names(false)];
  return [
    '| | operators |',
    '| --- | --- |',
    `| ${differentiable.count} with a gradient | ${differentiable.list} |`,
    `| ${constant.count} without a derivative | ${constant.list} |`,
    '',
  ].join('\n');
}

function titleOf({ domain, operator }: OperatorRule): string {
  return `${operator}\0${domain ?? ''}`;
}

function entry({ domain, operator, opsets: [from, to] }: OperatorRule): string {
  return `**${operator}** (${domain ? `${domain}, ` : ''}opset ${from} to ${to})`;
}
