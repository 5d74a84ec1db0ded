import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import ts = require('typescript')
import { pages, ROOT } from '../support/docs/pages'
import { readLib } from './imports'

const FOLDERS = ['lib', 'test', 'benchmarks', 'examples', 'ecosystem']

/** Words that readers would not search for, or that are a second name of one thing. */
const PRIVATE =
  /\b(who|what|some|any|no)(ever|body)\b|\b(likewise|by hand|is no more|at rest|comes? to nothing|steps? aside|strangers?|neighbou?rs?|exams?|doors?)\b/i

/** A term of security, and names of files. */
const TERMS = /protected at rest|\S+\.[cm]?[jt]s\b/gi

interface Text {
  readonly file: string
  readonly text: string
}

function sources(): Text[] {
  const files = FOLDERS.flatMap(folder =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(file => join(folder, file)),
  )
  const code = files.filter(file => /\.[cm]?[jt]s$/.test(file) && !file.includes('node_modules') && join(ROOT, file) !== __filename)
  return code.map(file => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }))
}

/** The comments of a file, without directives for tools. */
function commentsIn(text: string): string[] {
  const comments = text.match(/(?<=^|\s)(\/\/ .*$|\/\*(?=[\s*])[\s\S]*?\*\/)/gm) ?? []
  return comments.filter(comment => !comment.startsWith('// eslint-'))
}

/** The titles of groups and tests. */
function titlesIn(text: string): string[] {
  return Array.from(text.matchAll(/\b(?:describe|it)\(\s*(['"`])(.*?)\1/g), ([, , title]) => title as string)
}

function privateIn(texts: readonly string[]): string[] {
  return texts.filter(text => PRIVATE.test(text.replaceAll(TERMS, '')))
}

/** The names that a file exports without a comment. One comment serves all declarations of a name. An alias has that of its original. */
function undocumentedIn(file: string, text: string): string[] {
  const { statements } = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const exported = withMembers(statements)
    .filter(isExported)
    .flatMap(node => namesOf(node).map(name => ({ name, node })))
  const documented = exported.filter(({ node }) => ts.getJSDocCommentsAndTags(node).length > 0).map(({ name }) => name)
  return exported.map(({ name }) => name).filter(name => !documented.includes(name))
}

/** Statements, and those of their namespaces. */
function withMembers(statements: readonly ts.Statement[]): ts.Statement[] {
  return statements.flatMap(node => {
    const body = ts.isModuleDeclaration(node) ? node.body : undefined
    return body && ts.isModuleBlock(body) ? [node, ...body.statements] : [node]
  })
}

function isExported(node: ts.Statement): boolean {
  if (ts.isImportEqualsDeclaration(node)) return false
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
}

function namesOf(node: ts.Statement): string[] {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.map(({ name }) => name.getText())
  return [(node as ts.DeclarationStatement).name?.getText() ?? 'default']
}

describe('architecture: the wording', () => {
  const all = sources()

  it('is of all code', () => {
    const folders = new Set(all.map(({ file }) => file.split('/')[0]))
    expect([...folders]).to.have.members(FOLDERS)
  })

  it('is found in comments and titles', () => {
    const code = "/** For whoever. */\nf('a//b') // by hand\n/* eslint */ it(`is for strangers`, () => g('x/*'))"
    expect(privateIn(commentsIn(code))).to.deep.equal(['/** For whoever. */', '// by hand'])
    expect(privateIn(titlesIn(code))).to.deep.equal(['is for strangers'])
    expect(undocumentedIn('a.ts', '/** A. */ export type A = 1; export const A = 1; export const B = 1; const C = 1')).to.deep.equal(['B'])
  })

  it('has no private language in comments', () => {
    const found = all.flatMap(({ file, text }) => privateIn(commentsIn(text)).map(comment => `${file}: ${comment}`))
    expect(found).to.deep.equal([])
  })

  it('has no private language in the titles of tests', () => {
    const found = all.flatMap(({ file, text }) => privateIn(titlesIn(text)).map(title => `${file}: ${title}`))
    expect(found).to.deep.equal([])
  })

  it('has no private language in the documentation', () => {
    const lines = pages().flatMap(({ file, text }) =>
      text
        .replaceAll(/^```.*?^```$|`[^`\n]*`/gms, '')
        .split('\n')
        .map(line => ({ file, line })),
    )
    const found = lines.filter(({ line }) => privateIn([line]).length > 0).map(({ file, line }) => `${file}: ${line.slice(0, 200)}`)
    expect(found).to.deep.equal([])
  })

  it('documents each exported name of lib', () => {
    const found = [...readLib()].flatMap(([file, text]) => undocumentedIn(file, text).map(name => `${file}: ${name}`))
    expect(found).to.deep.equal([])
  })
})
