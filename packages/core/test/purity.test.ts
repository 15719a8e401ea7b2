import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

const runtimeNames = new Set(['console', 'process', 'require', 'globalThis', 'global', 'Buffer', '__dirname']);
const allowedPackages = new Set(['fastest-levenshtein', 'reflect-metadata', 'semver', 'tsyringe']);

/** What a source file uses that core must not: Node's modules, undeclared packages, dynamic imports, names of the runtime. */
function impurities(file: string, text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined) {
      const name = (node.moduleSpecifier as ts.StringLiteral).text;
      const isOwn = name.startsWith('./') || name.startsWith('../');
      if (!isOwn && !allowedPackages.has(name)) found.push(`import of ${name}`);
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) found.push('import()');
    if (ts.isMetaProperty(node)) found.push('import.meta');
    const isMember =
      ts.isPropertyAccessExpression(node.parent ?? node) && (node.parent as ts.PropertyAccessExpression).name === node;
    if (ts.isIdentifier(node) && runtimeNames.has(node.text) && !isMember) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

const src = new URL('../src/', import.meta.url);
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

describe('core', () => {
  it.each(files)('%s touches no file, console, process or runtime', (file) => {
    expect(impurities(file, readFileSync(new URL(file, src), 'utf8'))).toEqual([]);
  });

  it('loads reflect-metadata in one place, before tsyringe', () => {
    const loading = files.filter((file) =>
      readFileSync(new URL(file, src), 'utf8').includes("import 'reflect-metadata'"),
    );
    expect(loading).toHaveLength(1);
    const text = readFileSync(new URL(loading[0]!, src), 'utf8');
    const imports = ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);
    expect(imports.slice(0, 2)).toEqual(['reflect-metadata', 'tsyringe']);
  });

  it('allows no package that is one of Node', () => {
    expect(builtinModules.filter((name) => allowedPackages.has(name))).toEqual([]);
  });
});

describe('the test itself', () => {
  it.each([
    ["import { readFileSync } from 'node:fs';", 'import of node:fs'],
    ["import fs from 'fs';", 'import of fs'],
    ["export * from 'onnxruntime-node';", 'import of onnxruntime-node'],
    ['console.log(1);', 'console'],
    ['const { env } = process;', 'process'],
    ["const load = () => import('./x.ts');", 'import()'],
    ['const here = import.meta.url;', 'import.meta'],
  ])('notices %s', (text, impurity) => {
    expect(impurities('x.ts', text)).toEqual([impurity]);
  });

  it('does not mind the words in a comment, a text or a member', () => {
    expect(impurities('x.ts', "// console\nconst a = { b: 'process' }; const c = a.console;")).toEqual([]);
  });
});
