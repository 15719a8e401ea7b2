import type { DifferentiableModel, DifferentiateRequest } from './contracts/model.ts';
import { errors } from './errors/index.ts';

/** Throws RULES_UNSUPPORTED where a request asks for rules that the model does not have. */
export function checkRules(
  { gradientRules = [], origin }: Pick<DifferentiableModel, 'gradientRules' | 'origin'>,
  { rules }: Pick<DifferentiateRequest, 'rules'>,
): void {
  if (rules === undefined || gradientRules.includes(rules)) return;
  throw errors.rulesUnsupported({ backend: origin.backend, rules, known: gradientRules });
}
