const express = require('express')
const session = require('resession')

const app = express()

app.use(
  session({
    secret: process.env.SESSION_SECRET ?? 'only for trying it out',
    resave: false,
    saveUninitialized: false,
    cookie: { sameSite: 'lax', secure: 'auto', maxAge: 24 * 60 * 60 * 1000 },
  }),
)

app.get('/', (req, res) => {
  req.session.views = (req.session.views ?? 0) + 1
  res.send(`${req.session.user ?? 'guest'}, visit ${req.session.views}\n`)
})

// Regenerate the session ID on every privilege change. The redirect is sent after the session is saved
app.post('/login/:user', async (req, res) => {
  await req.session.regenerate()
  req.session.user = req.params.user
  res.redirect(303, '/')
})

app.post('/logout', async (req, res) => {
  await req.session.destroy()
  res.redirect(303, '/')
})

app.listen(process.env.PORT ?? 3000)
