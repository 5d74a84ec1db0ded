import { later, type Defect } from './defect'
import type { Bag } from '../site'

const whose = ['koa-generic-session', 'koa-session-ts'] as const
const options: Defect['options'] = store => ({ store, defer: true })
const read: NonNullable<Defect['handlers']> = {
  '/set': ctx => later(ctx).then(session => void (session.a = 1)),
  '/read': ctx => later(ctx).then(({ a }) => void (ctx.body = { a })),
}

/** Defects of deferred sessions. */
export const DEFER: readonly Defect[] = [
  {
    number: 2,
    what: 'With defer, reading ctx.session without awaiting it destroys the session',
    whose,
    options,
    handlers: { ...read, '/touch': ctx => void [later(ctx), (ctx.body = 'touched')] },
    async visits({ site, store }) {
      const visitor = site.visitor()
      await visitor.get('/set')
      await visitor.get('/touch')
      return [store.records.size, (await visitor.get('/read')).text]
    },
    good: [1, '{"a":1}'],
    bad: [0, '{}'],
  },
  {
    number: 2,
    what: 'With defer, the second of two concurrent reads gets nothing',
    whose,
    options,
    handlers: {
      ...read,
      async '/both'(ctx) {
        const both = (await Promise.all([later(ctx), later(ctx)])) as (Bag | null | undefined)[]
        ctx.body = both.map(session => session?.a ?? 'nothing')
      },
    },
    async visits({ site }) {
      const visitor = site.visitor()
      await visitor.get('/set')
      return JSON.parse((await visitor.get('/both')).text) as unknown
    },
    good: [1, 1],
    bad: [1, 'nothing'],
  },
  {
    number: 3,
    what: 'With defer, a session that is set before it is read is stored under the ID "undefined", and the client gets no ID',
    whose,
    options,
    handlers: read,
    async visits({ site, store }) {
      const visitors = [site.visitor(), site.visitor()]
      for (const visitor of visitors) await visitor.get('/replace')
      const isUndefined = [...store.records.keys()].map(id => /undefined$/.test(String(id)))
      return [isUndefined, visitors.map(({ jar }) => Boolean(jar.value('koa.sid')))]
    },
    good: [
      [false, false],
      [true, true],
    ],
    bad: [[true], [false, false]],
  },
]
