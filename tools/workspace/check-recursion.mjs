/**
 * Lists functions and methods that can call themselves, directly or through others of their file, and fails for one that
 * `recursion.json` does not name with what bounds its depth, and for a name there that calls itself no more.
 *
 * Data of any depth or length overflow the stack of a function that follows them by calling itself.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `path name` of each function in a source that can call itself. */
export function recursiveFunctions(path, text) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = [];
  // Every named function: what it calls by name, with the function that the name stands for where it is called.
  const functions = new Map();
  const visit = (node, owner, className, scope) => {
    let own = owner;
    let inner = scope;
    const name = nameOf(node, className);
    if (ts.isFunctionLike(node) || ts.isBlock(node) || ts.isClassLike(node)) inner = declared(node, scope);
    if (name !== undefined) {
      own = node;
      functions.set(node, { name, calls: new Set() });
    }
    if (ts.isCallExpression(node) && own) {
      const target = targetOf(node.expression, scope, className);
      if (target) functions.get(own).calls.add(target);
    }
    const within = ts.isClassLike(node) ? membersOf(node) : className;
    ts.forEachChild(node, (child) => visit(child, own, within, inner));
  };
  ts.forEachChild(source, (child) => visit(child, undefined, undefined, declared(source, new Map())));
  for (const [node, { name }] of functions) {
    const seen = new Set();
    const waiting = [...functions.get(node).calls];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      for (const each of functions.get(next)?.calls ?? []) waiting.push(each);
    }
    if (seen.has(node)) found.push(name);
  }
  return found;
}

/** The functions of a block by their names, in front of those of the blocks around it; a parameter of the name hides them. */
function declared(node, around) {
  const own = new Map(around);
  for (const { name } of node.parameters ?? []) if (ts.isIdentifier(name)) own.set(name.text, undefined);
  for (const statement of node.statements ?? []) {
    if (ts.isFunctionDeclaration(statement) && statement.name && statement.body)
      own.set(statement.name.text, statement);
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (!ts.isIdentifier(name)) continue;
      const value = initializer && bare(initializer);
      own.set(name.text, value && (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) ? value : undefined);
    }
  }
  return own;
}

function bare(expression) {
  let at = expression;
  while (ts.isParenthesizedExpression(at) || ts.isAsExpression(at) || ts.isSatisfiesExpression(at)) at = at.expression;
  return at;
}

function membersOf(node) {
  const members = new Map();
  for (const member of node.members) {
    if (ts.isMethodDeclaration(member) && member.body) members.set(member.name.getText(), member);
    const value = ts.isPropertyDeclaration(member) && member.initializer ? bare(member.initializer) : undefined;
    if (value && ts.isArrowFunction(value)) members.set(member.name.getText(), value);
  }
  return { name: node.name?.text ?? 'class', members };
}

function nameOf(node, inClass) {
  if (ts.isFunctionDeclaration(node) && node.body) return node.name?.text ?? 'default';
  if (ts.isMethodDeclaration(node) && node.body)
    return `${inClass && ts.isClassLike(node.parent) ? `${inClass.name}.` : ''}${node.name.getText()}`;
  if (!ts.isArrowFunction(node) && !ts.isFunctionExpression(node)) return undefined;
  let at = node.parent;
  while (ts.isParenthesizedExpression(at) || ts.isAsExpression(at) || ts.isSatisfiesExpression(at)) at = at.parent;
  if (ts.isVariableDeclaration(at)) return at.name.getText();
  return ts.isPropertyDeclaration(at) ? `${inClass.name}.${at.name.getText()}` : undefined;
}

function targetOf(expression, scope, inClass) {
  if (ts.isIdentifier(expression)) return scope.get(expression.text);
  const isOwn = ts.isPropertyAccessExpression(expression) && expression.expression.kind === ts.SyntaxKind.ThisKeyword;
  return isOwn ? inClass?.members.get(expression.name.text) : undefined;
}

function sources() {
  const packages = readdirSync(`${root}/packages`).sort();
  return packages.flatMap((name) =>
    existsSync(`${root}/packages/${name}/src`)
      ? readdirSync(`${root}/packages/${name}/src`, { recursive: true })
          .filter((path) => path.endsWith('.ts'))
          .sort()
          .map((path) => `packages/${name}/src/${path}`)
      : [],
  );
}

function main() {
  const allowed = JSON.parse(readFileSync(new URL('recursion.json', import.meta.url), 'utf8'));
  const found = sources().flatMap((path) =>
    recursiveFunctions(path, readFileSync(`${root}/${path}`, 'utf8')).map((name) => `${path} ${name}`),
  );
  const unbounded = found.filter((each) => !Object.hasOwn(allowed, each));
  const gone = Object.keys(allowed).filter((each) => !found.includes(each));
  for (const each of unbounded)
    console.error(`${each} can call itself: follow data with a loop, or say in recursion.json what bounds its depth`);
  for (const each of gone) console.error(`${each} of recursion.json calls itself no more: take it off the list`);
  if (unbounded.length + gone.length > 0) return 1;
  console.log(`${found.length} functions call themselves, each with a bound`);
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main();
