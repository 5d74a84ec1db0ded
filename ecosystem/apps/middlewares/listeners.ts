import { equal } from 'node:assert/strict'
import type { Request, RequestHandler, Response } from 'express'
import type { Integration, Scenario } from '../../integration'
import { lateStore } from '../late-sessions'
import { EXPRESS } from '../session-app'
import { beforeAndAfter, count, isKept, visitorOf } from './stage'

interface Morgan {
  (format: string, options: { stream: { write(line: string): void } }): RequestHandler
  token(name: string, value: (req: Request) => string): void
}

interface OnFinished {
  (res: Response, listener: (err: unknown) => void): void
  isFinished(res: Response): boolean
}

const morganScenarios = (name: string): Record<string, Scenario> =>
  beforeAndAfter({
    'its log line has the status, the length and the session ID': async ({ room, app }) => {
      const morgan = room.load<Morgan>(name)
      morgan.token('session', req => req.sessionID)
      let written: (line: string) => void
      const line = new Promise<string>(resolve => (written = resolve))
      const log = morgan(':method :url :status :res[content-length] :session', { stream: { write: line => written(line) } })
      const site = app(log).get('/made', (req, res) => {
        count(req)
        res.status(201).set('x-session', req.sessionID).send('twelve bytes')
      })
      const ada = await visitorOf(site)
      const res = await ada.ask('made')
      equal(await res.text(), 'twelve bytes')
      equal(await line, `GET /made 201 12 ${res.headers.get('x-session')}\n`)
      await isKept(ada, 1)
    },
  })

const onFinished = beforeAndAfter({
  'it is called once, after the session is saved': async ({ room, app }) => {
    const onFinished = room.load<OnFinished>('on-finished')
    const store = lateStore(room.session)
    const told: string[] = []
    const listening: RequestHandler = (req, res, next) => {
      onFinished(res, err => told.push(`${String(err)} ${req.sessionID in (store as unknown as { sessions: object }).sessions}`))
      next()
    }
    const site = app(listening, { store }).get('/finished', (req, res) => {
      count(req)
      res.send(String(onFinished.isFinished(res)))
    })
    const ada = await visitorOf(site)
    equal(await ada.get('finished'), 'false')
    await isKept(ada, 1)
    equal(told.slice(0, 2).join(), 'null true,null true')
  },
})

/** Packages that wait for the end of a response. */
export const listeners: readonly Integration[] = [
  ...['1.10.1', '1.12.1'].map(version => ({
    title: `morgan ${version}`,
    packages: { ...EXPRESS, [`morgan-${version}`]: `npm:morgan@${version}` },
    scenarios: morganScenarios(`morgan-${version}`),
  })),
  { title: 'on-finished 2.4.2', packages: { ...EXPRESS, 'on-finished': '2.4.2' }, scenarios: onFinished },
]
