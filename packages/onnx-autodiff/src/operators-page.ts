import type { Decomposition, GradientRule, OperatorRule } from './gradient-rule.ts';

const opening = `# Operators with gradients

Written from the rules by \`npm run build && node tools/docs/operators.mjs > docs/operators.md\`; a test fails when it is stale.

Opsets are those of the model. A graph older than opset 18 is raised to it before rules read it, so a rule covers the older
forms as well. Every operator of ONNX up to opset 26 stands in one of the lists, and every one of com.microsoft that ONNX Runtime 1.32 computes on the
CPU. On the path of a gradient an operator without a rule is an error that names it, and so is a form of an operator that its rule
refuses: those stand with the rule, each with the reason. Rules may also need the rank of a tensor, and settings that
are inputs, such as axes and block sizes, as constants; an error says which.`;

const refused = 'On the path of a gradient each of these is an error that names it.';

/** Operators without a rule of their own, by what becomes of them. */
export interface OperatorLists {
  readonly writtenOtherwise?: Readonly<Record<string, readonly string[]>>;
  readonly leftOut?: Readonly<Record<string, readonly string[]>>;
  readonly leftOutOfMicrosoft?: Readonly<Record<string, readonly string[]>>;
}

/** The page that lists every operator by its rule, in Markdown: opsets, what is covered, and which have no derivative. */
export function operatorsPage(rules: Iterable<OperatorRule>, lists: OperatorLists = {}): string {
  const sorted = [...rules].sort((a, b) => (titleOf(a) < titleOf(b) ? -1 : 1));
  const withGradient = sorted
    .flatMap((rule) => ('noGradient' in rule ? [] : [rule]))
    .map((rule) => `- ${entry(rule)}: ${rule.covers}${refusals(rule)}`);
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
    ...section(lists.writtenOtherwise, 'written as others', 'These are gone from the graph before rules read it.'),
    ...section(lists.leftOut, 'without a rule yet', refused),
    ...section(lists.leftOutOfMicrosoft, 'of com.microsoft without a rule', refused),
  ]
    .join('\n\n')
    .concat('\n');
}

function section(operators: OperatorLists['leftOut'], title: string, opening: string): readonly string[] {
  if (!operators) return [];
  const names = Object.values(operators).flat();
  const entries = Object.entries(operators).map(
    ([reason, list]) => `- ${reason} ${list.map((name) => `**${name}**`).join(', ')}.`,
  );
  return [`## ${names.length} ${title}`, opening, entries.join('\n')];
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

function refusals({ refuses = {} }: GradientRule | Decomposition): string {
  const forms = Object.entries(refuses).map(([form, reason]) => `${form} (${reason})`);
  return forms.length === 0 ? '' : ` Refused: ${forms.join('; ')}.`;
}

function titleOf({ domain, operator }: OperatorRule): string {
  return `${operator}\0${domain ?? ''}`;
}

function entry({ domain, operator, opsets: [from, to] }: OperatorRule): string {
  return `**${operator}** (${domain ? `${domain}, ` : ''}opset ${from} to ${to})`;
}
