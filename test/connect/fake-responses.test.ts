import { expect } from 'chai'
import { EventEmitter } from 'node:events'
import { GateStore } from '../support/gate-store'
import { data } from '../support/handlers'
import { QUIET, type Req } from '../support/site'
import { session } from '../support/subject'
import { turns } from '../support/wire'

type Fake = Record<string, unknown> & {
  write?: (...args: unknown[]) => unknown
  end?: (...args: unknown[]) => unknown
  flushHeaders?: () => void
  headersSent?: boolean
}

/** Responses as socket libraries and tests pass them, which record their calls. */
const FAKES: Record<string, (calls: unknown[][]) => Fake> = {
  '{ end }': calls => ({ end: (...args) => void calls.push(['end', ...args]) }),
  '{ write, end }': calls => ({
    write: (...args) => calls.push(['write', ...args]) > 0,
    end: (...args) => void calls.push(['end', ...args]),
  }),
  '{ write, end, flushHeaders }, an EventEmitter': calls =>
    Object.assign(new EventEmitter(), {
      write: (...args: unknown[]) => calls.push(['write', ...args]) > 0,
      end: (...args: unknown[]) => void calls.push(['end', ...args]),
      flushHeaders: () => void calls.push(['flushHeaders']),
    }) as never,
  'with headers, but no cork, flushHeaders or appendHeader': calls => {
    const headers = new Map<string, unknown>()
    return {
      headersSent: false,
      statusCode: 200,
      getHeader: (name: string) => headers.get(name),
      setHeader: (name: string, value: unknown) => void headers.set(name, value),
      hasHeader: (name: string) => headers.has(name),
      removeHeader: (name: string) => void headers.delete(name),
      writeHead: () => void calls.push(['writeHead', headers.has('Set-Cookie')]),
      end: (...args: unknown[]) => void calls.push(['end', ...args]),
    }
  },
}

interface Opened {
  readonly req: Req
  readonly res: Fake
  readonly store: GateStore
  readonly calls: unknown[][]
  readonly errors: unknown[]
}

/** Runs the middleware on a request and a response that are no streams. */
async function openOn(make: (calls: unknown[][]) => Fake): Promise<Opened> {
  const calls: unknown[][] = []
  const errors: unknown[] = []
  const store = new GateStore()
  const res = make(calls)
  const req = { url: '/', headers: {}, connection: {} } as Req
  await new Promise<void>(resolve =>
    session({ ...QUIET, store })(req, res, err => {
      if (err) errors.push(err)
      resolve()
    }),
  )
  return { req, res, store, calls, errors }
}

describe('connect: responses that are not from Node', () => {
  it('{} gets a session', async () => {
    const { req, errors } = await openOn(() => ({}))
    expect(errors).to.deep.equal([])
    expect(req.session).to.have.property('cookie')
  })

  for (const nothing of [undefined, null]) {
    it(`${nothing} is a TypeError`, () => {
      const req = { url: '/', headers: {} } as Req
      const run = (): void => session({ ...QUIET })(req, nothing as never, () => {})
      expect(run).to.throw(TypeError, 'argument res is required')
    })
  }

  for (const [name, make] of Object.entries(FAKES)) {
    it(`${name}: end waits for the save, and is then called with the same arguments`, async () => {
      const { req, res, store, calls, errors } = await openOn(make)
      data(req).user = 'ada'
      res.end?.('text', 'utf8')
      await store.waits()
      await turns()
      expect(calls.filter(([call]) => call === 'end')).to.deep.equal([])
      store.release()
      await turns()
      expect(calls.filter(([call]) => call === 'end')).to.deep.equal([['end', 'text', 'utf8']])
      expect({ errors, asked: store.asked }).to.deep.equal({ errors: [], asked: ['set'] })
    })

    it(`${name}: a second end is ignored`, async () => {
      for (const open of [true, false]) {
        const { req, res, store, calls, errors } = await openOn(make)
        data(req).user = 'ada'
        store.open = open
        res.end?.('text')
        res.end?.('late')
        res.end?.()
        store.release()
        await turns()
        expect(calls.filter(([call]) => call === 'end')[0]).to.deep.equal(['end', 'text'])
        expect(JSON.stringify(calls)).to.not.include('late')
        expect({ errors, asked: store.asked }).to.deep.equal({ errors: [], asked: ['set'] })
      }
    })

    it(`${name}: writes and flushHeaders wait too`, async () => {
      const { req, res, store, calls, errors } = await openOn(make)
      data(req).user = 'ada'
      res.flushHeaders?.()
      res.write?.('te')
      await turns()
      expect(calls.filter(([call]) => call !== 'writeHead')).to.deep.equal([])
      store.open = true
      store.release()
      res.end?.('xt')
      await turns()
      expect(calls.map(([call]) => call).filter(call => call !== 'writeHead')).to.deep.equal([
        ...(res.flushHeaders && name.includes('flushHeaders }') ? ['flushHeaders'] : []),
        ...(name.includes('write,') ? ['write'] : []),
        'end',
      ])
      expect(errors).to.deep.equal([])
    })

    it(`${name}: data that cannot be stored is one error for next, and nothing is sent`, async () => {
      const { req, res, store, calls, errors } = await openOn(make)
      data(req).self = req.session
      expect(() => res.end?.('text')).to.not.throw()
      await turns()
      expect(errors.map(err => (err as Error).name)).to.deep.equal(['TypeError'])
      expect({ calls, asked: store.asked }).to.deep.equal({ calls: [], asked: [] })
    })
  }
})
