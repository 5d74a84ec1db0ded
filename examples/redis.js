const { RedisStore } = require('connect-redis')
const express = require('express')
const { createClient } = require('redis')
const session = require('resession')
const { atomicRedis } = require('resession/atomic')

// Without disableClientInfo, connections to a Redis before 7.2 are at risk: see "Redis" in docs/production.md
const client = createClient({ url: process.env.REDIS_URL, disableClientInfo: true })
// Without this listener, a lost connection ends the process. The client connects again by itself
client.on('error', err => console.error('Redis:', err.message || err.code))
client.connect().catch(err => console.error('Redis:', err.message || err.code))

const app = express()

app.use(
  session({
    secret: process.env.SESSION_SECRET ?? 'only for trying it out',
    store: atomicRedis(new RedisStore({ client })),
    resave: false,
    saveUninitialized: false,
    cookie: { sameSite: 'lax', secure: 'auto', maxAge: 24 * 60 * 60 * 1000 },
    // While Redis is down, requests fail after two seconds, with the status 503
    storeTimeout: 2000,
    saveErrors: 'fail',
  }),
)

app.get('/', (req, res) => {
  req.session.views = (req.session.views ?? 0) + 1
  res.send(`visit ${req.session.views}\n`)
})

app.listen(process.env.PORT ?? 3000)
