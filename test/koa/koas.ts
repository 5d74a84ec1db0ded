/** The part of an app of Koa 2 or 3 that these tests use. Its published types do not compile with content-disposition 2, which Koa depends on. */
export interface KoaApp {
  keys?: string[]
  proxy: boolean
  readonly context: object
  on(event: string, listener: (...args: never[]) => void): this
  use(middleware: unknown): this
  callback(): (req: unknown, res: unknown) => Promise<void>
}

export type KoaClass = new () => KoaApp

/* eslint-disable @typescript-eslint/no-require-imports -- without their types, and Koa 2 has none */
export const KOAS = { 'Koa 3': require('koa') as KoaClass, 'Koa 2': require('koa-2') as KoaClass }
/* eslint-enable @typescript-eslint/no-require-imports */
