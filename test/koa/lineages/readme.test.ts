import { expect } from 'chai'
import { once } from 'node:events'
import { createServer, Server, type RequestListener } from 'node:http'
import { koaGenericSession, koaSession, koaSessionStore, koaSessionTs } from '../../../lib/koa-presets'
import { Koa2, Koa3, type KoaApp } from './koa-app'
import { visit } from './serve'

type Older = (next: unknown) => () => Generator

/**
 * `require('koa')()`, as Koa 0.x was called: Koa 2 is a class, but still accepts generator functions as middlewares. A middleware of Koa 0.0.x
 * receives the next one, and returns a generator function.
 */
function koa(): KoaApp {
  const app = Object.assign(new Koa2(), { silent: true })
  const use = app.use.bind(app)
  app.use = middleware => use(isOlder(middleware) ? generatorOf(middleware) : middleware)
  return app
}

const isOlder = (middleware: unknown): middleware is Older =>
  typeof middleware === 'function' && middleware.constructor === Function && middleware.length === 1

function generatorOf(middleware: Older): unknown {
  return function* (this: unknown, next: unknown): Generator {
    yield* middleware(next).call(this as never)
  }
}

/** Runs an example of a README: `require` of the package returns our preset, and a server listens on a free port. */
function run(source: string, name: string, preset: unknown): Promise<Server> {
  const started: Server[] = []
  const listen = (listener: RequestListener): Server => {
    const server = createServer(listener)
    started.push(server)
    return server
  }
  const modules: Record<string, unknown> = {
    [name]: preset,
    koa: () => {
      const app = koa()
      return Object.assign(app, { listen: () => listen(app.callback()).listen(0) })
    },
    http: { createServer: (listener: RequestListener) => Object.assign(listen(listener), { listen: listenAnywhere }) },
  }
  const told = { log: () => {}, error: () => {} }
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- it is run as it is printed
  new Function('require', 'module', 'console', source)((id: string) => modules[id], {}, told)
  const server = started[0] as Server
  return server.listening ? Promise.resolve(server) : once(server, 'listening').then(() => server)
}

function listenAnywhere(this: Server): Server {
  return Server.prototype.listen.call(this, 0)
}

/** The responses to successive requests of one browser. */
async function answers(server: Server, ...paths: string[]): Promise<string[]> {
  return (
    await visit(
      server,
      paths.map(path => ({ path })),
    )
  ).map(({ body }) => body)
}

const KOA_SESSION = `
var session = require('koa-session');
var koa = require('koa');
var app = koa();

app.keys = ['some secret hurr'];
app.use(session(app));

app.use(function *(){
  var n = this.session.views || 0;
  this.session.views = ++n;
  this.body = n + ' views';
})

app.listen(3000);
console.log('listening on port 3000');
`

const KOA_SESS = `
var koa = require('koa');
var http = require('http');
var session = require('koa-sess');

var app = koa();

app.name = 'koa-session-test';
app.outputErrors = true;
app.keys = ['keys', 'keykeys'];
app.proxy = true; // to support \`X-Forwarded-*\` header

app.use(session());

app.use(function *() {
  switch (this.request.url) {
  case '/get':
    get(this);
    break;
  case '/remove':
    remove(this);
    break;
  }
});

function get(ctx) {
  ctx.session.count = ctx.session.count || 0;
  ctx.session.count++;
  ctx.body = ctx.session.count;
}

function remove(ctx) {
  ctx.session = null;
  ctx.body = 0;
}

app.on('error', function (err) {
  console.error(err.stack);
});

var app = module.exports = http.createServer(app.callback());
app.listen(8080);
`

/** The page of npm has lost its line breaks. */
const KOA_SESSION_STORE = `
var session = require ( 'koa-session-store' ); var koa = require ( 'koa' ); var app = koa(); app.keys = [ 'some secret key' ]; app.use(session());
app.use( function ( next ) { return function *( ) { var n = this .session.views || 0 ; this .session.views = ++n; this .body = n + ' views' ; } })
app.listen( 3000 ); console .log( 'listening on port 3000' );
`

describe('koa lineages: the examples of the READMEs', () => {
  it('the example of koa-session counts views', async () => {
    const server = await run(KOA_SESSION, 'koa-session', koaSession)
    expect(await answers(server, '/', '/', '/')).to.deep.equal(['1 views', '2 views', '3 views'])
  })

  it('the example of koa-sess counts, and starts again after /remove', async () => {
    const server = await run(KOA_SESS, 'koa-sess', koaGenericSession)
    expect(await answers(server, '/get', '/get', '/remove', '/get')).to.deep.equal(['1', '2', '0', '1'])
  })

  it('the example of koa-session-store counts views', async () => {
    const server = await run(KOA_SESSION_STORE, 'koa-session-store', koaSessionStore)
    expect(await answers(server, '/', '/', '/')).to.deep.equal(['1 views', '2 views', '3 views'])
  })

  it('the example of koa-session-ts prints its values, without keys', async () => {
    const session = koaSessionTs
    const printed: unknown[] = []
    const console = { log: (value: unknown) => printed.push(value) }
    const app = new Koa3()

    app.use(session())

    app.use(
      async (ctx: {
        session: object
        sessionId: string
        sessionSave: null
        sessionStore: object
        regenerateSession(): Promise<object>
      }) => {
        console.log(ctx.session)
        console.log(ctx.sessionId)
        console.log(ctx.sessionSave)
        console.log(ctx.sessionStore)
        // The README does not await it
        await ctx.regenerateSession()
      },
    )

    const server = createServer(app.callback()).listen(0)
    await once(server, 'listening')
    expect(await answers(server, '/')).to.deep.equal(['Not Found'])
    expect(printed[0]).to.be.an('object')
    expect(printed[1]).to.match(/^[\w-]{32}$/)
    expect(printed[2]).to.equal(null)
    expect(printed[3]).to.have.property('destroy').that.is.a('function')
  })
})
