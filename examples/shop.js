const express = require('express')
const session = require('resession')

const app = express()
app.use(session({ secret: process.env.SESSION_SECRET ?? 'only for trying it out', resave: false, saveUninitialized: false }))

app.get('/', (req, res) => {
  const { user = 'guest', cart = [] } = req.session
  res.send(`${user}, cart: ${cart.join(', ') || 'empty'}\n`)
})

// Two requests at the same time lose nothing: update changes the session in the store
app.post('/cart/:product', async (req, res) => {
  await session.update(req, draft => {
    draft.cart = [...(draft.cart ?? []), req.params.product]
  })
  res.redirect(303, '/')
})

// A new ID that keeps the cart, and a longer lifetime if the user wants to be remembered
app.post('/login/:user', express.urlencoded(), async (req, res) => {
  await req.session.regenerate({ keep: ['cart'] })
  req.session.user = req.params.user
  if (req.body?.remember) req.session.cookie.maxAge = 30 * 24 * 60 * 60 * 1000
  res.redirect(303, '/')
})

app.post('/logout', async (req, res) => {
  await req.session.destroy()
  res.redirect(303, '/')
})

app.listen(process.env.PORT ?? 3000)
