import { expect } from 'chai'
import ts = require('typescript')
import { readLib } from './imports'

/** In lines of code, without comments and blank lines. */
const MOST = { class: 120, function: 40 }

/** Longer classes, with the length that they must not exceed. Remove a class that has become shorter. */
const LONGER: Readonly<Record<string, number>> = {
  'connect/response/deferred-response.ts DeferredResponse': 189,
  'core/lifetime/session-lifetime.ts SessionLifetime': 129,
  'koa/koa-request.ts KoaRequest': 179,
}

interface Measured {
  readonly name: string
  readonly kind: keyof typeof MOST
  readonly lines: number
}

function measured(file: string, text: string): Measured[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found: Measured[] = []
  const visit = (node: ts.Node): void => {
    const kind = kindOf(node)
    const name = (node as ts.NamedDeclaration).name?.getText(source) ?? 'a function without a name'
    if (kind) found.push({ name: `${file} ${name}`, kind, lines: linesOf(node.getText(source)) })
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function kindOf(node: ts.Node): Measured['kind'] | undefined {
  if (ts.isClassLike(node)) return 'class'
  return ts.isFunctionLike(node) && 'body' in node && node.body !== undefined ? 'function' : undefined
}

function linesOf(text: string): number {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '')
  return code.split('\n').filter(line => line.trim() !== '' && !line.trim().startsWith('//')).length
}

describe('architecture: the sizes in lib', () => {
  // A group of conformance tests is a list, and reads best in one piece
  const all = [...readLib()].filter(([file]) => !file.startsWith('store-contract/')).flatMap(([file, text]) => measured(file, text))

  it('are measured', () => {
    expect(all.filter(({ kind }) => kind === 'class').length).to.be.above(30)
    expect(measured('a.ts', '/** @see b */\nclass A {\n  // why\n  b() {\n    return 1\n  }\n\n}')).to.deep.equal([
      { name: 'a.ts A', kind: 'class', lines: 5 },
      { name: 'a.ts b', kind: 'function', lines: 3 },
    ])
  })

  it(`are at most ${MOST.class} lines for a class and ${MOST.function} for a function`, () => {
    expect(all.filter(({ name, kind, lines }) => lines > (LONGER[name] ?? MOST[kind]))).to.deep.equal([])
  })

  it('have no exception that is not needed', () => {
    const long = all.filter(({ kind, lines }) => lines > MOST[kind])
    expect(long.map(({ name }) => name)).to.have.members(Object.keys(LONGER))
  })
})
