import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { storeContract } from '../../lib/store-contract'
import { useClock } from '../support/clock'
import { blockWith } from '../support/docs/pages'
import { data, routes } from '../support/handlers'
import { Site, type Req } from '../support/site'
import { session } from '../support/subject'

const loadModule = createRequire(__filename)

/** The code as a function. */
function compiled<Made>(parameters: readonly string[], code: string): (...args: unknown[]) => Made {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the code of the documentation is what is tested
  return new Function(...parameters, code) as (...args: unknown[]) => Made
}

describe('docs/concurrency.md: an atomic change', () => {
  it('keeps each of three items that are added at the same time', async () => {
    const add = compiled<Promise<void>>(
      ['session', 'req', 'item'],
      `return (async () => {${blockWith('docs/concurrency.md', 'draft.list')}})()`,
    )
    const site = new Site(
      {},
      routes({
        '/': async (req, res) => {
          data(req).list = []
          await Promise.all(['a', 'b', 'c'].map(async item => add(session, req, item)))
          res.end(JSON.stringify(data(req).list))
        },
      }),
    )
    expect(JSON.parse((await site.get()).text)).to.have.members(['a', 'b', 'c'])
  })
})

describe('docs/stores.md: a store of files', () => {
  const clock = useClock()
  const module = { exports: {} as { FileStore: new (folder: string) => InstanceType<typeof session.Store> & { folder: string } } }
  compiled(['module', 'require'], blockWith('docs/stores.md', '// file-store.js'))(module, (name: string) =>
    name === 'resession' ? session : loadModule(name),
  )

  storeContract('FileStore', {
    make: () => new module.exports.FileStore(mkdtempSync(join(tmpdir(), 'sessions-'))),
    dispose: ({ folder }) => rmSync(folder, { recursive: true }),
    lacks: ['all', 'length', 'clear'],
    wait: ms => clock.turn(ms),
  })
})

describe('docs/stores.md: a store of promises', () => {
  const down = async (): Promise<never> => Promise.reject(new Error('Redis is down'))
  const storeOf = (client: object): never =>
    new (compiled<new () => never>(['session', 'client'], `${blockWith('docs/stores.md', 'class RedisLikeStore')}; return RedisLikeStore`)(
      session,
      client,
    ))()

  it('keeps sessions, and only fails requests if its client fails', async () => {
    const records = new Map<string, string>()
    const client: Record<string, unknown> = {
      get: async (id: string) => records.get(id) ?? null,
      set: async (id: string, text: string) => void records.set(id, text),
      del: async (id: string) => void records.delete(id),
    }
    const site = new Site({ store: storeOf(client) }, (req: Req, res) => {
      data(req).views = Number(data(req).views ?? 0) + 1
      res.end(String(data(req).views))
    })
    const visitor = site.visitor()
    expect([(await visitor.get()).text, (await visitor.get()).text]).to.deep.equal(['1', '2'])
    const { get } = client
    client.get = down
    expect((await visitor.get()).text).to.equal('Redis is down')
    client.get = get
    client.set = down
    await visitor.get()
    expect(site.errors.map(err => err.message)).to.deep.equal(['Redis is down', 'Redis is down'])
  })
})
