const express = require('express')
const session = require('resession')

const app = express()

app.use(
  session({
    secret: process.env.SESSION_SECRET ?? 'only for trying it out',
    store: 'cookie',
    seal: true,
    cookie: { sameSite: 'lax', secure: 'auto', maxAge: 60 * 60 * 1000 },
  }),
)

app.get('/', (req, res) => {
  req.session.views = (req.session.views ?? 0) + 1
  res.send(`visit ${req.session.views}\n`)
})

app.post('/logout', async (req, res) => {
  await req.session.destroy()
  res.redirect(303, '/')
})

app.listen(process.env.PORT ?? 3000)
