import { sign } from 'cookie-signature'
import express = require('express')
import type session = require('../../lib')
import { goods, type Cart } from './goods'
import { page } from './page'

declare module '../../lib' {
  interface SessionData {
    visits?: number
    name?: string
    cart?: Cart
    /** Shown by the next page, and by no other. */
    flash?: string
  }
}

/** What the page needs to know of the session middleware, to show what it does. */
interface Shown {
  readonly secret: string
  /** The cookie's. */
  readonly name: string
  readonly store: session.MemoryStore
}

/** The page and its forms. Each form changes the session and sends the browser back to the page. */
export function shop(shown: Shown): express.Router {
  const router = express.Router()
  router.use(express.urlencoded({ extended: false, limit: '4kb' }))
  router.get('/', async (req, res) => show(req, res, shown))
  router.post('/login', logIn)
  router.post('/logout', logOut)
  router.post('/flash', leaveMessage)
  router.post('/cart/add', (req, res) => putInCart(req, res, 1))
  router.post('/cart/remove', (req, res) => putInCart(req, res, -1))
  return router
}

async function show(req: express.Request, res: express.Response, { secret, name, store }: Shown): Promise<void> {
  const { flash } = req.session
  delete req.session.flash
  req.session.visits = (req.session.visits ?? 0) + 1
  // Now, and not with the answer, so that the record on the page has this visit in it
  await req.session.save()

  const { visits, cart = {}, name: visitor } = req.session
  const record = store.sessions[req.sessionID] ?? 'null'
  const cookie = (req.session.cookie as InstanceType<typeof session.Cookie>).serialize(name, `s:${sign(req.sessionID, secret)}`)
  res.send(page({ visits, cart, visitor, flash, record, cookie }))
}

async function logIn(req: express.Request, res: express.Response): Promise<void> {
  const name = field(req, 'name')
  if (!name) {
    req.session.flash = 'Please type a name.'
    return res.redirect(303, '/')
  }
  const { cart } = req.session
  // A new id and an empty session: an id that somebody else knew before is worth nothing now (OWASP: session fixation)
  await req.session.regenerate()
  if (cart) req.session.cart = cart
  req.session.name = name
  req.session.flash = `Logged in as ${name}: your session has a new id.`
  res.redirect(303, '/')
}

async function logOut(req: express.Request, res: express.Response): Promise<void> {
  await req.session.destroy()
  res.redirect(303, '/')
}

function leaveMessage(req: express.Request, res: express.Response): void {
  req.session.flash = field(req, 'message') || 'An empty message.'
  res.redirect(303, '/')
}

function putInCart(req: express.Request, res: express.Response, change: 1 | -1): void {
  // Only what is on sale: the name becomes a key of an object, where `__proto__` would do harm
  const chosen = goods.find(({ id }) => id === field(req, 'goods'))
  if (!chosen) {
    res.status(400).send('There is no such thing here.')
    return
  }
  const { [chosen.id]: count = 0, ...others } = req.session.cart ?? {}
  const left = Math.min(count + change, 99)
  req.session.cart = left > 0 ? { ...others, [chosen.id]: left } : others
  res.redirect(303, '/#cart')
}

/** One field of a form, of a length that can be shown. */
function field(req: express.Request, name: string): string {
  const value = (req.body as Record<string, unknown> | undefined)?.[name]
  return typeof value === 'string' ? value.trim().slice(0, 80) : ''
}
