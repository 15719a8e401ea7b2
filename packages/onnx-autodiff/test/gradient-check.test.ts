import { describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { checkGradient, type GradientCheckRow } from '../src/gradient-check/index.ts';
import { gradientRules } from '../src/index.ts';
import { execute } from './execute.ts';

const rows: GradientCheckRow[] = [];
for (const file of readdirSync(new URL('./rows', import.meta.url)).sort()) {
  const module = (await import(`./rows/${file}`)) as Record<string, readonly GradientCheckRow[]>;
  for (const table of Object.values(module)) rows.push(...table);
}

describe('gradient check against finite differences', () => {
  for (const row of rows) {
    for (const symbolic of row.symbolic === false ? [false] : [false, true]) {
      it(`${row.operator}: ${row.form}, opset ${row.opset ?? 18}${symbolic ? ', sizes unknown ahead' : ''}`, async () => {
        const results = await checkGradient(row, execute, { symbolic });
        expect(Math.max(...results.map(({ error }) => error))).toBeLessThanOrEqual(row.tolerance ?? 5e-3);
      });
    }
  }

  it('has a row for every rule', () => {
    const covered = new Set(rows.map((row) => `${row.domain ?? ''}:${row.operator}`));
    const missing = [...gradientRules]
      .filter(([key, rule]) => !('noGradient' in rule) && !rule.straightThrough && !covered.has(key))
      .map(([key]) => key);
    expect(missing).toEqual([]);
  });
});
