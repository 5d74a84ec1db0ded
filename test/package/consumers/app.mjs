// Prints the responses to one client on two requests to a server that counts them in the session: in memory, or in the file that the argument names
import { createServer } from 'node:http'
import session from 'PACKAGE'
import { SqliteStore } from 'PACKAGE/sqlite'

const store = process.argv[2] ? new SqliteStore({ file: process.argv[2] }) : new session.MemoryStore({ max: 10 })
const middleware = session({ secret: 'keyboard cat', resave: false, saveUninitialized: false, store })
const server = createServer((req, res) => {
  middleware(req, res, err => {
    if (err) return res.end(err.message)
    req.session.views = (req.session.views ?? 0) + 1
    res.end(String(req.session.views))
  })
})
server.listen(0, '127.0.0.1', async () => {
  const url = `http://127.0.0.1:${server.address().port}/`
  const first = await fetch(url)
  const cookie = first.headers.get('set-cookie').split(';')[0]
  const second = await fetch(url, { headers: { cookie } })
  console.log(JSON.stringify([await first.text(), await second.text()]))
  server.close()
  server.closeAllConnections()
})
