import { demo as onKoa } from '../../examples/demo/koa'
import { demo as onExpress } from '../../examples/demo/server'

/** One of the demos, with the properties that depend on its host. */
export interface Demo {
  readonly demo: typeof onExpress
  /** The package that the race compares with. */
  readonly rival: string
  /** The keys of a rival's record beside the data. */
  readonly fields: readonly string[]
  /** The cookies of a browser afterwards, by name. */
  cookies(id: string, signature: string): Readonly<Record<string, string>>
}

export const DEMOS: Readonly<Record<string, Demo>> = {
  Express: {
    demo: onExpress,
    rival: 'express-session',
    fields: ['cookie'],
    cookies: (id, signature) => ({ 'demo.sid': `s:${id}.${signature}` }),
  },
  Koa: {
    demo: onKoa,
    rival: 'koa-session',
    fields: ['_expire', '_maxAge'],
    cookies: (id, signature) => ({ 'demo.sid': id, 'demo.sid.sig': signature }),
  },
}
