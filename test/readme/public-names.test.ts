import { expect } from 'chai'
import { join, relative } from 'node:path'
import ts = require('typescript')

const root = join(__dirname, '../..')

/** The files that package.json exports, and the minimum number of names of each. */
const ENTRIES = ['index', 'koa', 'koa-presets', 'atomic', 'sqlite', 'store-contract', 'testing'] as const

/** The interfaces whose members are options. */
const OPTIONS: readonly (readonly [entry: (typeof ENTRIES)[number], name: string])[] = [
  ['index', 'Options'],
  ['index', 'SessionOptions'],
  ['index', 'CookieOptions'],
  ['index', 'MemoryStoreOptions'],
  ['koa', 'Options'],
  ['koa', 'CookieOptions'],
  ['sqlite', 'SqliteStoreOptions'],
  ['store-contract', 'StoreContractOptions'],
  ['testing', 'SessionCookieOptions'],
]

const config = ts.getParsedCommandLineOfConfigFile(
  join(root, 'tsconfig.build.json'),
  {},
  { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} },
)
const program = ts.createProgram({ rootNames: config?.fileNames ?? [], options: { ...config?.options, types: ['node', 'express', 'koa'] } })
const checker = program.getTypeChecker()

function namesOf(entry: string): ts.Symbol[] {
  const source = program.getSourceFile(join(root, 'lib', `${entry}.ts`)) as ts.SourceFile
  return checker.getExportsOfModule(checker.getSymbolAtLocation(source) as ts.Symbol)
}

/** An alias has the documentation of its target. */
function documentation(symbol: ts.Symbol): string {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  return ts.displayPartsToString(target.getDocumentationComment(checker))
}

function isOurs(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).some(({ parent }) => relative(root, parent.getSourceFile().fileName).startsWith('lib'))
}

function tags(symbol: ts.Symbol): string[] {
  return symbol.getJsDocTags(checker).map(({ name }) => name)
}

function membersOf(entry: string, name: string): ts.Symbol[] {
  const options = namesOf(entry).find(symbol => symbol.name === name) as ts.Symbol
  const target = options.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(options) : options
  return checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(target)).filter(isOurs)
}

describe('Every public name is documented', function () {
  this.timeout(60_000)

  for (const entry of ENTRIES) {
    it(`of ${entry}`, () => {
      const names = namesOf(entry)
      expect(names.length).to.be.above(0)
      expect(names.filter(symbol => !documentation(symbol)).map(symbol => symbol.name)).to.deep.equal([])
    })
  }

  for (const name of ['Session', 'Cookie', 'LiveCookie', 'Store', 'MemoryStore', 'RequestSession', 'SqliteStore', 'SqliteDatabase']) {
    it(`of the members of ${name}`, () => {
      const members = membersOf(name.startsWith('Sqlite') ? 'sqlite' : 'index', name)
      expect(members.length).to.be.above(0)
      expect(members.filter(symbol => !documentation(symbol)).map(symbol => symbol.name)).to.deep.equal([])
    })
  }

  for (const [entry, name] of OPTIONS) {
    it(`of ${name} in ${entry}, with the default of each optional member or its deprecation`, () => {
      const members = membersOf(entry, name)
      expect(members.length).to.be.above(0)
      const lacking = members.filter(symbol => {
        if (!documentation(symbol)) return true
        if (!(symbol.flags & ts.SymbolFlags.Optional)) return false
        return !tags(symbol).some(tag => tag === 'default' || tag === 'deprecated')
      })
      expect(lacking.map(symbol => symbol.name)).to.deep.equal([])
    })
  }
})

describe('What an editor shows for an option', () => {
  const file = join(root, 'lib/hovered.ts')
  const text = `import session = require('./index')
session({ secret: 'x', resave: false, genid: req => req.path, cookie: { maxAge: 1 }, store: new session.MemoryStore(), onStoreError: 'new', rolling: true })`
  const files = [...(config?.fileNames ?? []), file]
  const service = ts.createLanguageService({
    getScriptFileNames: () => files,
    getScriptVersion: () => '1',
    getScriptSnapshot: name => {
      const content = name === file ? text : ts.sys.readFile(name)
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content)
    },
    getCurrentDirectory: () => root,
    getCompilationSettings: () => ({ ...config?.options, types: ['node', 'express'] }),
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: name => name === file || ts.sys.fileExists(name),
    readFile: ts.sys.readFile,
  })

  for (const option of ['secret', 'resave', 'genid', 'cookie', 'store', 'onStoreError', 'rolling']) {
    it(`is its type and its documentation, without Express's type parameters: ${option}`, function () {
      this.timeout(60_000)
      const info = service.getQuickInfoAtPosition(file, text.indexOf(`${option}:`))
      const shown = ts.displayPartsToString(info?.displayParts)
      expect(shown).to.include(option).and.not.include('ParamsDictionary')
      expect(ts.displayPartsToString(info?.documentation)).to.not.equal('')
    })
  }
})
