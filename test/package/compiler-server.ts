import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type typescript from 'typescript'

/**
 * The program of compiler-client.ts. Its argument is the folder of a version of TypeScript. Each message is the folder of a project, and the reply has the
 * errors in it. It keeps what tsc reads again for each project: the compiler as V8 has optimised it, and the declaration files.
 */
type Files = Map<string, typescript.SourceFile | undefined>

const ts = createRequire(__filename)(process.argv[2] as string) as typeof typescript
/** The declarations of JavaScript itself. They are the same with all options. */
const libraries: Files = new Map()
/** The other declarations. Only projects with the same options share them. */
let declarations: Files = new Map()
/** Declarations that have been checked. */
let checked = new WeakSet<typescript.SourceFile>()
let sharedBy = ''

process.on('message', (project: string) => process.send?.(errorsIn(project)))

/** The errors of `tsc -p`; it emits too. */
function errorsIn(project: string): string {
  const config = ts.getParsedCommandLineOfConfigFile(join(project, 'tsconfig.json'), {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic })
  if (!config) throw new Error(`no tsconfig.json in ${project}`)
  const { fileNames: rootNames, options, errors: configFileParsingDiagnostics } = config
  const { configFilePath: _path, noEmit: _no, declaration: _declaration, emitDeclarationOnly: _only, outDir: _out, ...others } = options
  const sharing = JSON.stringify([dirname(project), others])
  if (sharing !== sharedBy) {
    sharedBy = sharing
    declarations = new Map()
    checked = new WeakSet()
  }
  const program = ts.createProgram({ rootNames, options, host: hostFor(options), configFileParsingDiagnostics })
  const errors = [
    ...program.getConfigFileParsingDiagnostics(),
    ...program.getOptionsDiagnostics(),
    ...program.getSyntacticDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...program.getSourceFiles().flatMap(file => semanticErrorsIn(file, program)),
    ...program.emit().diagnostics,
  ]
  return ts.formatDiagnostics(ts.sortAndDeduplicateDiagnostics(errors), {
    getCurrentDirectory: () => project,
    getCanonicalFileName: name => name,
    getNewLine: () => '\n',
  })
}

/** Declarations of packages are checked in the first of the projects that share them: an addition of a program that contradicts them is an error there too. */
function semanticErrorsIn(file: typescript.SourceFile, program: typescript.Program): readonly typescript.Diagnostic[] {
  if (checked.has(file)) return []
  if (file.isDeclarationFile) checked.add(file)
  return program.getSemanticDiagnostics(file)
}

/** Parses each declaration file once. */
function hostFor(options: typescript.CompilerOptions): typescript.CompilerHost {
  const host = ts.createCompilerHost(options)
  const parse = host.getSourceFile.bind(host)
  const library = dirname(ts.getDefaultLibFilePath(options))
  host.getSourceFile = (file, parsing, ...others) => {
    if (!/\.d\.[cm]?ts$/.test(file)) return parse(file, parsing, ...others)
    const files = file.startsWith(library) ? libraries : declarations
    const key = JSON.stringify([file, ...(typeof parsing === 'object' ? [parsing.languageVersion, parsing.impliedNodeFormat] : [parsing])])
    if (!files.has(key)) files.set(key, parse(file, parsing, ...others))
    return files.get(key)
  }
  return host
}

function onUnRecoverableConfigFileDiagnostic({ messageText }: typescript.Diagnostic): never {
  throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'))
}
