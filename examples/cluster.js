const cluster = require('node:cluster')
const express = require('express')
const { createClient } = require('redis')
const { RedisStore } = require('connect-redis')
const session = require('resession')
const { atomicRedis } = require('resession/atomic')

const PROCESSES = 4

if (cluster.isPrimary) {
  for (let number = 0; number < PROCESSES; number++) cluster.fork()
} else {
  serve()
}

async function serve() {
  // Without disableClientInfo, connections to a Redis before 7.2 are at risk: see "Redis" in docs/production.md
  const client = createClient({ url: process.env.REDIS_URL, disableClientInfo: true })
  client.on('error', console.error)
  await client.connect()

  const app = express()
  app.use(
    session({
      store: atomicRedis(new RedisStore({ client, prefix: 'example:' })),
      secret: process.env.SESSION_SECRET ?? 'only for trying it out',
      resave: false,
      saveUninitialized: false,
      cookie: { sameSite: 'lax', secure: 'auto', maxAge: 24 * 60 * 60 * 1000 },
    }),
  )

  app.get('/', async (req, res) => {
    await session.update(req, draft => {
      draft.views = (draft.views ?? 0) + 1
    })
    res.send(`${req.session.views} views, process ${process.pid}\n`)
  })

  app.listen(process.env.PORT ?? 3000)
}
