import { join } from 'node:path'
import ts = require('typescript')
import { ROOT, type Block } from './pages'

const FOLDER = join(ROOT, 'test/support/docs')

/** Declarations of variables that fragments use without defining them. */
const GIVEN = `
import express = require('express')
import type session = require('../../../lib/index')
import type Koa = require('koa')
import type { Server } from 'node:http'
declare global {
  const app: express.Express
  const express: typeof import('express')
  const session: typeof import('../../../lib/index')
  const req: express.Request
  const res: express.Response
  const next: express.NextFunction
  const store: session.Store
  const client: any
  const redis: any
  const server: Server
  const ctx: Koa.Context
  const koa: Koa
  const promiseStore: { get(id: string): Promise<object>; set(id: string, record: object): Promise<void>; destroy(id: string): Promise<void> }
  const secret: string
  const newSecret: string
  const oldSecret: string
  const RedisLikeStore: any
  const sessions: import('express').RequestHandler & session.Sessions
  const versions: Map<string, number>
  const item: string
  const endedEverywhere: any
  function close(handle: string): void
  const afterEach: any
  const expect: any
  const jest: any
  const test: any
  const request: any
  const browserContext: any
  function checkPassword(name: string, password: string): Promise<{ id: string; role: string } | undefined>
}
declare global {
  namespace Express {
    interface Request { user?: any; login: (user: object, ...rest: any[]) => void }
  }
}
declare module '../../../lib/index' {
  interface SessionData { [key: string]: any }
}
declare module 'http' {
  interface IncomingMessage { session: any }
}
declare module 'fastify' {
  interface FastifyInstance { use(middleware: unknown): void }
}
`

/** Packages that the documentation uses and that are not installed here, or have no types. */
const MISSING = [
  'socket.io',
  'ws',
  'better-sqlite3',
  'passport',
  '@nestjs/core',
  '@nestjs/common',
  '*/app.module',
  '*/sessions',
  '@fastify/middie',
  'sinon',
  'vitest',
  '*/app',
  '*/koa-app',
  '*/secure-app',
  '*/file-store',
  '*/app.js',
  '@opentelemetry/api',
]

const NEXT = `declare module 'next' {
  type NextApiRequest = import('http').IncomingMessage
  type NextApiResponse = import('express').Response
}`

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.Node20,
  moduleDetection: ts.ModuleDetectionKind.Force,
  experimentalDecorators: true,
  types: ['node', 'express', 'koa'],
  strict: true,
  noImplicitAny: false,
  useUnknownInCatchVariables: false,
  allowJs: true,
  checkJs: true,
  skipLibCheck: true,
  noEmit: true,
  paths: {
    resession: [join(ROOT, 'lib/index.ts')],
    'resession/koa/presets': [join(ROOT, 'lib/koa-presets.ts')],
    'resession/*': [join(ROOT, 'lib/*.ts')],
  },
}

/** @types/node declares `require('node:cluster')` as a module with a default export, which it is not. */
const KNOWN = /on type 'typeof import\("node:cluster"\)'/

/** Its types for `req.session` would replace ours. */
const isForeign = (name: string): boolean => name.includes('@types/express-session')

/** The compiler's errors for code blocks, with the page and the line. */
export function complaintsOf(blocks: readonly Block[]): string[] {
  const files = new Map(blocks.map((block, index) => [join(FOLDER, `block-${index}.${block.language}`), block]))
  const texts = new Map(Array.from(files, ([name, block]) => [name, sourceOf(block)]))
  texts.set(join(FOLDER, 'given.d.ts'), GIVEN)
  texts.set(join(FOLDER, 'missing.d.ts'), [NEXT, ...MISSING.map(name => `declare module '${name}'`)].join('\n'))
  const host = ts.createCompilerHost(OPTIONS)
  const program = ts.createProgram([...texts.keys()], OPTIONS, {
    ...host,
    fileExists: name => texts.has(name) || (!isForeign(name) && host.fileExists(name)),
    readFile: name => texts.get(name) ?? host.readFile(name),
    getSourceFile: (name, version, ...others) => {
      const text = texts.get(name)
      return text === undefined ? host.getSourceFile(name, version, ...others) : ts.createSourceFile(name, text, version)
    },
  })
  const complaints = Array.from(texts.keys()).flatMap(name => {
    const file = program.getSourceFile(name)
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(({ messageText, start }) => {
      const line = file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0
      const block = files.get(name)
      return `${block ? `${block.page}:${block.line + line}` : name}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
    })
  })
  return complaints.filter(complaint => !KNOWN.test(complaint))
}

/** A fragment may use await, so it is wrapped in a function on one line before its first, which keeps the line numbers. */
function sourceOf({ code, fragment, page }: Block): string {
  if (!fragment || /^(import|export|declare|interface) /m.test(code)) return code
  // On the page of Koa, fragments use its middleware
  const given = page === 'docs/koa.md' && !code.includes('const session =') ? "const session = require('resession/koa'); " : ''
  return `void async function () { ${given}${code}\n}`
}
