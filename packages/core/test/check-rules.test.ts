import { describe, expect, it } from '@jest/globals';
import { checkRules, type GradientRules } from '@understory/core';

const origin = { backend: 'chain', executionProvider: 'cpu', sha256: '', remarks: [] };

describe('checkRules', () => {
  it('lets through derivatives and what the model has', () => {
    const model = { origin, gradientRules: ['guided', 'lrp-epsilon'] satisfies GradientRules[] };
    expect(() => checkRules({ origin }, {})).not.toThrow();
    expect(() => checkRules(model, { rules: 'lrp-epsilon' })).not.toThrow();
  });

  it('says which rules there are beside those that were asked for', () => {
    const model = { origin, gradientRules: ['guided', 'lrp-epsilon'] satisfies GradientRules[] };
    expect(() => checkRules(model, { rules: 'deeplift-rescale' })).toThrow(
      expect.objectContaining({
        code: 'RULES_UNSUPPORTED',
        found: 'the rules "deeplift-rescale"',
        expected: 'derivatives, which need no rules, or "guided", "lrp-epsilon"',
      }),
    );
  });

  it('refuses every rule where the model has none', () => {
    expect(() => checkRules({ origin }, { rules: 'guided' })).toThrow(
      expect.objectContaining({ code: 'RULES_UNSUPPORTED', expected: 'derivatives: the model has no other rules' }),
    );
  });
});
