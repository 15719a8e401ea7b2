import type { Evidence, ModelFacts, SubjectReading } from '@understory/core';
import { closingNode, closingOperatorOf, evidence } from '@understory/core';
import { folderFacts } from '../evidence/folder.ts';
import { isAuxiliary, namedAs } from '../evidence/names.ts';
import { boundsNumbers, numbers } from '../evidence/numbers.ts';
import { isStep, rowsOf, type Row } from '../evidence/outputs.ts';
import { isFewClasses } from '../evidence/sizes.ts';

/** The outputs that may hold quantities, as one reading: those for which the evidence is strongest. */
export function quantityReadings(facts: ModelFacts): readonly SubjectReading[] {
  const rows = rowsOf(facts);
  const names = rows.map(({ spec }) => spec.name);
  const said = rows.flatMap((row) => {
    const found = says(row, rows, facts);
    if (found === undefined) return [];
    const [level, why] = found;
    const isAside = isAuxiliary(row.spec.name) || isStep(facts.model, row.spec.name, names);
    return [{ row, why, level: level === 'graph' && isAside ? ('shape' as const) : level }];
  });
  for (const level of evidence) {
    const own = said.filter((each) => each.level === level);
    if (own.length === 0) continue;
    const tensors = Object.fromEntries(own.map(({ row: { spec } }) => [spec.name, spec.name]));
    return [{ evidence: level, why: own.map(({ why }) => why).join('; '), tensors }];
  }
  return [];
}

function says({ spec, count }: Row, rows: readonly Row[], facts: ModelFacts): readonly [Evidence, string] | undefined {
  const { name } = spec;
  const { problemType, task } = folderFacts(facts.folder);
  const isChosen = rows.length === 1 || name === 'logits';
  if (isChosen && problemType === 'regression') return ['folder', "the folder's problem type is regression"];
  if (isChosen && task === 'regression') return ['folder', "the folder's task is regression"];
  const node = closingNode(facts.model.graph, name);
  const closing = closingOperatorOf(node);
  if (closing === 'Softmax' || closing === 'LogSoftmax') return undefined;
  const named = namedAs(name);
  if (named === 'numbers')
    return ['graph', `the name "${name}" speaks of ${count === 1 ? 'a quantity' : 'quantities'}`];
  if (closing === 'Sigmoid' && count === 1) return undefined;
  if (node !== undefined && boundsNumbers.has(node.operator) && named === undefined) {
    return ['graph', `${node.operator} closes "${name}", which keeps quantities within bounds`];
  }
  // So few numbers are scores of classes unless something speaks for quantities.
  if (named === undefined && closing === undefined && isFewClasses(count)) {
    return ['task', `"${name}" holds ${numbers(count)}, which no softmax closes`];
  }
  return [
    'shape',
    count === 1 ? `"${name}" is one number` : `"${name}" holds ${numbers(count)}, which no softmax closes`,
  ];
}
