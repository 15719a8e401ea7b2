import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import {
  gradientRules,
  leftOut,
  leftOutOfMicrosoft,
  operatorNames,
  operatorsPage,
  writtenOtherwise,
  type OperatorRule,
} from '../src/index.ts';

const rule = (operator: string, more: Partial<OperatorRule>): OperatorRule =>
  ({ operator, opsets: [7, 26], covers: 'Everything.', gradient: () => ({}), ...more }) as OperatorRule;

describe('operatorsPage', () => {
  it('lists operators by name with their opsets, domains and limits', () => {
    const page = operatorsPage([
      rule('Tanh', {}),
      rule('Gelu', { domain: 'com.microsoft', opsets: [1, 26], covers: 'Only the exact form.' }),
    ]);
    expect(page).toContain(
      '## 2 with a gradient\n\n- **Gelu** (com.microsoft, opset 1 to 26): Only the exact form.\n- **Tanh** (opset 7 to 26): Everything.\n',
    );
  });

  it('says of an operator what is refused, and why', () => {
    const page = operatorsPage([
      rule('Attention', { covers: 'Heads.', refuses: { caches: 'language models have them', windows: 'so too' } }),
    ]);
    expect(page).toContain(
      '- **Attention** (opset 7 to 26): Heads. Refused: caches (language models have them); windows (so too).\n',
    );
  });

  it('has a reason for every form that a rule refuses, but for ranks and settings that are not known ahead', () => {
    const folder = new URL('../src/gradients/', import.meta.url);
    const sources = readdirSync(folder).map((file) => [file, readFileSync(new URL(file, folder), 'utf8')] as const);
    const silent = sources.filter(
      ([, source]) => /ruleLimit|refuseStatistics/.test(source) && !source.includes('refuses: {'),
    );
    expect(silent.map(([file]) => file.replace('.ts', ''))).toEqual([
      ...['affine-grid', 'center-crop-pad', 'col2-im', 'compress', 'conv-transpose', 'conv', 'cum-prod'],
      ...['depth-to-space', 'gather-nd', 'gather', 'global-average-pool', 'grid-sample', 'group-normalization'],
      ...['instance-normalization', 'layer-normalization', 'lrn', 'mat-mul', 'pad', 'rms-normalization', 'scatter-nd'],
      ...['simplified-layer-normalization', 'slice', 'space-to-depth', 'tile'],
    ]);
  });

  it('lists operators without a derivative by the reason', () => {
    const without = (operator: string, covers: string) =>
      ({ operator, opsets: [7, 26], covers, noGradient: true }) as OperatorRule;
    const page = operatorsPage([
      without('Sign', 'Piecewise constant.'),
      without('Shape', 'A shape.'),
      without('Ceil', 'Piecewise constant.'),
    ]);
    expect(page).toContain(
      '- Piecewise constant. **Ceil** (opset 7 to 26), **Sign** (opset 7 to 26).\n- A shape. **Shape**',
    );
  });

  const schemas = JSON.parse(readFileSync(new URL('./fixtures/operators-opset-26.json', import.meta.url), 'utf8')) as {
    readonly operators: readonly string[];
    readonly microsoft: readonly string[];
  };

  it('has every operator of ONNX in one list and no more', () => {
    const listed = [
      ...[...gradientRules.values()].filter(({ domain }) => !domain).map(({ operator }) => operator),
      ...[leftOut, writtenOtherwise].flatMap((list) => Object.values(list).flat()),
    ].sort();
    expect(schemas.operators.length).toBe(200);
    // ONNX Runtime's own name in the domain of ONNX.
    expect(listed).toEqual([...schemas.operators, 'SimplifiedLayerNormalization'].sort());
  });

  it('has every operator of com.microsoft that is computed on the CPU in one list', () => {
    const ruled = [...gradientRules.values()].filter(({ domain }) => domain === 'com.microsoft');
    const operators = ruled.map(({ operator }) => operator);
    const without = Object.values(leftOutOfMicrosoft).flat();
    expect(schemas.microsoft.length).toBe(86);
    expect(schemas.microsoft.filter((name) => !operators.includes(name)).sort()).toEqual([...without].sort());
  });

  it('lists what is written as others and what has no rule yet, with the reasons', () => {
    const page = operatorsPage([], {
      writtenOtherwise: { 'Older names.': ['Upsample'] },
      leftOut: { 'Sound.': ['STFT', 'Other'], 'Texts.': ['Third'] },
    });
    expect(page).toContain('\n\n## 1 written as others\n\n');
    expect(page).toContain('\n- Older names. **Upsample**.\n');
    expect(page).toContain('\n\n## 3 without a rule yet\n\n');
    expect(page).toMatch(/\n- Sound\. \*\*STFT\*\*, \*\*Other\*\*\.\n- Texts\. \*\*Third\*\*\.\n$/);
  });

  it('is committed as docs/operators.md, written again by `npm run build && node tools/docs/operators.mjs > docs/operators.md`', () => {
    const committed = readFileSync(new URL('../../../docs/operators.md', import.meta.url), 'utf8');
    expect(committed).toBe(operatorsPage(gradientRules.values(), { leftOut, leftOutOfMicrosoft, writtenOtherwise }));
  });

  it('stands in the README by name, with every code of an error', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const squeezed = (text: string) => text.replace(/ +/g, ' ').replace(/-+/g, '-');
    expect(squeezed(readme)).toContain(squeezed(operatorNames(gradientRules.values())));
    const source = readFileSync(new URL('../src/errors.ts', import.meta.url), 'utf8');
    const codes = [...source.matchAll(/code: '([A-Z_]+)'/g)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(5);
    expect(codes.filter((code) => !readme.includes(`\`${code}\``))).toEqual([]);
  });
});
