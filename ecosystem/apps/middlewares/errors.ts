import { equal, match } from 'node:assert/strict'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { Integration } from '../../integration'
import type { Visitor } from '../../visitor'
import { lateSessions, lateStore } from '../late-sessions'
import { EXPRESS } from '../session-app'
import { appOf, count, isKept, visitorOf } from './stage'

type ErrorHandler = (options: { log(err: Error): void }) => ErrorRequestHandler

const breaks: RequestHandler = req => {
  count(req)
  throw new Error('the handler is broken')
}

async function failed(visitor: Visitor, path: string): Promise<string> {
  const res = await visitor.ask(path, { headers: { accept: 'text/plain' } })
  equal(res.status, 500)
  return res.text()
}

export const errors: readonly Integration[] = [
  {
    title: 'errorhandler 1.5.2',
    packages: { ...EXPRESS, errorhandler: '1.5.2' },
    scenarios: {
      'an error of a handler has its page, and the session is saved': async ({ here }) => {
        const site = appOf(here, lateSessions(here)).get('/broken', breaks)
        const ada = await visitorOf(site.use(here.load<ErrorHandler>('errorhandler')({ log: () => {} })))
        await isKept(ada)
        match(await failed(ada, 'broken'), /^Error: the handler is broken\n {4}at /)
        await isKept(ada, 3)
      },
      'an error of the store has its page and its log line': async ({ here }) => {
        const store = lateStore(here.session)
        let log = (_: Error): void => {}
        const logged = new Promise<Error>(resolve => (log = resolve))
        const site = appOf(here, lateSessions(here, { store }))
        const ada = await visitorOf(site.use(here.load<ErrorHandler>('errorhandler')({ log })))
        await isKept(ada)
        const { get } = store
        store.get = (_, done) => void setImmediate(done, new Error('the store is broken'))
        match(await failed(ada, 'count'), /^Error: the store is broken\n/)
        equal((await logged).message, 'the store is broken')
        store.get = get
        await isKept(ada, 2)
      },
    },
  },
]
