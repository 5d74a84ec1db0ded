import type { RequestListener } from 'node:http'
import type { AnySpelling } from '../../../lib/koa/settings/option-aliases'

/* eslint-disable @typescript-eslint/no-require-imports -- Koa 2 and the older middlewares have no types, or ones that clash with each other */

// Koa 2 emits a deprecation warning for each generator function
process.env.NO_DEPRECATION = [process.env.NO_DEPRECATION, 'koa'].filter(Boolean).join()

/** The part of an app of Koa 2 or 3 that these tests use. */
export interface KoaApp {
  keys?: string[]
  silent?: boolean
  use(middleware: unknown): this
  on(event: string, listener: (...args: never[]) => void): this
  callback(): RequestListener
}

export interface KoaContext {
  session:
    (Record<string, unknown> & { maxAge?: number; cookie?: Record<string, unknown>; isNew?: boolean; length?: number }) | null | undefined
  body: unknown
  status: number
  path: string
  url: string
  sessionId?: string
  sessionSave?: boolean | null
  saveSession?(): Promise<void>
  regenerateSession?(): Promise<unknown>
}

export type KoaClass = new () => KoaApp

export const Koa3 = require('koa') as KoaClass
/** Accepts generator functions as middlewares, as koa-session-store's are. */
export const Koa2 = require('koa-2') as KoaClass

/** The common signature of the older middlewares and our presets. */
export type Middleware = (options?: AnySpelling, app?: KoaApp) => unknown

interface Original {
  readonly version: string
  readonly create: Middleware
}

function original(name: string, create: (exports: never) => Middleware): Original {
  const { version } = require(`${name}/package.json`) as { version: string }
  return { version, create: create(require(name) as never) }
}

const itself = (exports: Middleware): Middleware => exports
const byDefault = (exports: { default: Middleware }): Middleware => exports.default

export const ORIGINALS = {
  koaSession7: original('koa-session', byDefault),
  koaSession6: original('koa-session-6', itself),
  koaSess: original('koa-sess', itself),
  koaGenericSession: original('koa-generic-session', itself),
  koaSessionStore: original('koa-session-store', itself),
  koaSessionTs: original('koa-session-ts', byDefault),
}
