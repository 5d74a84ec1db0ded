// Prints the responses of an app that restarts between two requests, with its sessions in a file; or the code of the error, and then the same with
// bun:sqlite
import { rmSync } from 'node:fs'
import { createServer } from 'node:http'
import session from 'PACKAGE'
import { SqliteStore } from 'PACKAGE/sqlite'

const FILE = `sessions-${process.pid}.db`

async function visit(options, cookie = '') {
  const store = new SqliteStore(options())
  const middleware = session({ secret: 'keyboard cat', resave: false, saveUninitialized: false, store })
  const server = createServer((req, res) => {
    middleware(req, res, err => {
      if (err) return res.end(err.message)
      req.session.views = (req.session.views ?? 0) + 1
      res.end(String(req.session.views))
    })
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  const res = await fetch(`http://127.0.0.1:${server.address().port}/`, { headers: { cookie } })
  const text = await res.text()
  server.close()
  server.closeAllConnections?.()
  store.close()
  return { text, cookie: res.headers.get('set-cookie')?.split(';')[0] }
}

async function twice(options) {
  try {
    const first = await visit(options)
    const second = await visit(options, first.cookie)
    return [first.text, second.text]
  } catch (err) {
    return err.code ?? err.message
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(FILE + suffix, { force: true })
  }
}

const file = await twice(() => ({ file: FILE }))
const { Database } = process.versions.bun ? await import('bun:sqlite') : {}
const database = Database ? await twice(() => ({ database: new Database(FILE) })) : undefined
console.log(JSON.stringify({ file, database }))
process.exit()
