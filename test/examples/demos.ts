import { demo as onKoa } from '../../examples/demo/koa'
import { demo as onExpress } from '../../examples/demo/server'

/** One of the demos, and what is its host's own. */
export interface Demo {
  readonly demo: typeof onExpress
  /** The package that the race is against. */
  readonly rival: string
  /** What a rival's record has beside the data. */
  readonly fields: readonly string[]
  /** The cookies that a browser has then, by their names. */
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
