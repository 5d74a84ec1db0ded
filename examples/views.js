const express = require('express')
const session = require('resession')

const app = express()

app.use(
  session({
    ...session.recommended,
    secret: process.env.SESSION_SECRET ?? 'only for trying it out',
    // On http://localhost. In production the cookie needs HTTPS, and its name begins with __Host-
    ...(process.env.NODE_ENV !== 'production' && { name: 'id', cookie: { ...session.recommended.cookie, secure: false } }),
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
