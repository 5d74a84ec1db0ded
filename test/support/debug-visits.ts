import { count, data, routes, show } from './handlers'
import { Site, type Visitor } from './site'

/**
 * A program for DEBUG: makes one request after another, and prints the name of each before it. Both packages have their own `debug`, which writes to
 * stderr.
 */
const visitor = (options: ConstructorParameters<typeof Site>[0] = {}): Visitor =>
  new Site(
    { genid: () => 'abc', unset: 'destroy', ...options },
    routes({
      '/': count,
      '/show': show,
      '/drop': (req, res) => {
        req.session = null as never
        res.end()
      },
      '/bogus': (req, res) => {
        req.sessionID = 5 as never
        data(req).a = 1
        res.end()
      },
    }),
  ).visitor()

async function visit(title: string, who: Visitor, path = '/'): Promise<void> {
  process.stderr.write(`== ${title}\n`)
  await who.get(path)
}

async function main(): Promise<void> {
  const regular = visitor()
  await visit('new', regular)
  await visit('returning', regular, '/show')
  await visit('changed', regular, '/')
  await visit('dropped', regular, '/drop')
  await visit('gone', regular, '/show')
  const forger = visitor()
  forger.cookie = 'connect.sid=s:abc.def'
  await visit('forged', forger, '/show')
  forger.cookie = 'connect.sid=abc'
  await visit('unsigned', forger, '/show')
  await visit('elsewhere', visitor({ cookie: { path: '/app' } }), '/show')
  await visit('insecure', visitor({ cookie: { secure: true } }))
  await visit('bogus', visitor(), '/bogus')
}

void main().then(() => process.exit())
