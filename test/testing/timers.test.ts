import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'chai'

const ROOT = join(__dirname, '../..')

/** Logs in, reads the store in the handler, sends a file with pipe, and logs out. Prints the bodies. */
const VISITS = `
  const http = require('node:http')
  const { Readable } = require('node:stream')
  const session = require('./lib/index.ts')
  CHANGE_TIMERS
  const store = new session.MemoryStore()
  const sessions = session({ store, secret: 'a', resave: false, saveUninitialized: false })
  const HANDLERS = {
    '/login': (req, res) => { req.session.user = 'ada'; req.session.save(() => res.end('in')) },
    '/length': (req, res) => store.length((err, length) => res.end(String(length))),
    '/pipe': (req, res) => { req.session.n = 1; Readable.from(['p', 'i', 'ped']).pipe(res) },
    '/reload': (req, res) => req.session.reload(() => res.end(req.session.user)),
    '/logout': (req, res) => req.session.destroy(() => res.end('out')),
  }
  const server = http.createServer((req, res) => sessions(req, res, () => HANDLERS[req.url](req, res))).listen(0, async () => {
    let cookie = ''
    for (const path of Object.keys(HANDLERS)) await new Promise(resolve => {
      http.get({ port: server.address().port, path, headers: { cookie }, agent: false }, res => {
        cookie ||= res.headers['set-cookie'][0].split(';')[0]
        res.on('data', data => process.stdout.write(data)).on('end', () => resolve(process.stdout.write(' ')))
      })
    })
    server.close()
  })
`

function visit(changeTimers: string, when: 'before' | 'after'): string {
  const program = when === 'after' ? VISITS.replace('CHANGE_TIMERS', changeTimers) : changeTimers + VISITS.replace('CHANGE_TIMERS', '')
  return execFileSync(process.execPath, ['--import', 'tsx', '-e', program], { cwd: ROOT, encoding: 'utf8', timeout: 20_000 })
}

describe('testing: timers that an environment replaces', () => {
  it('works without a global setImmediate, as in the jsdom environment of jest', () => {
    expect(visit('delete globalThis.setImmediate', 'before')).to.equal('in 1 piped ada out ')
  })

  it('responds while setImmediate is a fake that never runs', () => {
    expect(visit('globalThis.setImmediate = () => ({})', 'after')).to.equal('in 1 piped ada out ')
  })
})
