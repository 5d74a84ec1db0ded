const { createServer } = require('node:http')

/** The responses to one client on two requests to a server that counts them in the session. */
module.exports = async function twoVisits(middleware) {
  const server = createServer((req, res) => {
    middleware(req, res, err => {
      if (err) return res.end(err.message)
      req.session.views = (req.session.views ?? 0) + 1
      res.end(String(req.session.views))
    })
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  try {
    const url = `http://127.0.0.1:${server.address().port}/`
    const first = await fetch(url)
    const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? ''
    const second = await fetch(url, { headers: { cookie } })
    return [await first.text(), await second.text()]
  } finally {
    server.close()
    server.closeAllConnections()
  }
}
