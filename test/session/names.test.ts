import { expect } from 'chai'
import type { ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { data, routes } from '../support/handlers'
import { Site, type Req } from '../support/site'
import { session } from '../support/subject'

// eslint-disable-next-line @typescript-eslint/no-require-imports -- its types would be added to those of our own requests
const original = require('express-session') as typeof session

type Middleware = (req: Req, res: ServerResponse, next: () => void) => void

/** parseurl, which express-session uses, caches its result on the request. */
const OTHERS = ['_parsedUrl']

/** All names that can be read from an object, own and inherited. */
function namesOf(object: object): string[] {
  const names = new Set<string>()
  for (let holder: object | null = object; holder && holder !== Object.prototype; holder = Object.getPrototypeOf(holder) as object | null) {
    for (const name of Object.getOwnPropertyNames(holder)) names.add(name)
  }
  return [...names].filter(name => !OTHERS.includes(name)).sort()
}

/** The names on a request of one package. */
async function seen(pkg: typeof session, look: (req: Req, before: string[]) => unknown): Promise<unknown> {
  const middleware = pkg({ secret: 'a', resave: false, saveUninitialized: false, store: new pkg.MemoryStore() }) as Middleware
  let names: unknown
  const bare = new Site(
    {},
    () => {},
    (req, res) => {
      const before = namesOf(req)
      middleware(req, res, () => {
        names = look(req, before)
        res.end()
      })
    },
  )
  await bare.get().catch(() => {})
  return names
}

/** Abilities of our stores that express-session does not have. */
const ABILITIES = ['compareAndSet']

describe('session: names', () => {
  const places: Record<string, (req: Req, before: string[]) => unknown> = {
    'req.session': req => namesOf(req.session),
    'req.session, enumerable': req => Object.keys(req.session),
    'req.session, by for…in': req => {
      const names: string[] = []
      for (const name in req.session) names.push(name)
      return names
    },
    'req.session.cookie': req => namesOf(req.session.cookie),
    'req.sessionStore': req => namesOf(req.sessionStore).filter(name => !ABILITIES.includes(name)),
    'the request, beyond Node’s': (req, before) => namesOf(req).filter(name => !before.includes(name)),
    'the prototype of sessions': req => Object.getOwnPropertyNames(Object.getPrototypeOf(req.session)).sort(),
  }
  for (const [place, look] of Object.entries(places)) {
    it(`${place} has express-session’s names, and no other`, async () => {
      expect(await seen(session, look)).to.deep.equal(await seen(original, look))
    })
  }

  const printed: Record<string, (req: Req) => unknown> = {
    'inspect(req.session)': req => inspect(req.session),
    'inspect(req.session.cookie)': req => inspect(req.session.cookie),
    'req.session.constructor.name': req => req.session.constructor.name,
    'req.session.cookie.constructor.name': req => req.session.cookie.constructor.name,
  }
  for (const [expression, look] of Object.entries(printed)) {
    it(`${expression} is as in express-session`, async () => {
      expect(await seen(session, look)).to.equal(await seen(original, look))
    })
  }

  it('Store, Cookie and Session have express-session’s names, and no other', () => {
    for (const name of ['Store', 'Cookie', 'Session'] as const) {
      const ours = namesOf(session[name].prototype as object).filter(name => !ABILITIES.includes(name))
      expect(ours, name).to.deep.equal(namesOf(original[name].prototype as object))
    }
  })

  // Flags and fields of public apps
  for (const name of [
    'update',
    'user',
    'isNew',
    'maxAge',
    'length',
    'populated',
    'commit',
    'regenerateSession',
    'keep',
    'version',
    'data',
  ]) {
    it(`${name} is undefined until the app sets it, is stored, and stays deleted`, async () => {
      const visitor = new Site(
        {},
        routes({
          '/': (req, res) => res.end(`${name in req.session} ${String(data(req)[name])}`),
          '/set': (req, res) => ((data(req)[name] = 'mine'), res.end()),
          '/delete': (req, res) => (delete data(req)[name], res.end(String(name in req.session))),
        }),
      ).visitor()
      expect((await visitor.get('/')).text).to.equal('false undefined')
      await visitor.get('/set')
      expect((await visitor.get('/')).text).to.equal('true mine')
      expect((await visitor.get('/delete')).text).to.equal('false')
      expect((await visitor.get('/')).text).to.equal('false undefined')
    })
  }
})
