import type session = require('../../lib')
import { seeOther, text, type Answer } from './answer'
import type { Form } from './form'
import type { Devices } from './devices'
import { goods, type Cart } from './goods'
import { page, type ShownCookie } from './page'

declare module '../../lib' {
  interface SessionData {
    visits?: number
    name?: string
    cart?: Cart
    /** Shown by the next page, and by no other. */
    flash?: string
  }
}

/** A request to the shop, from Express or Koa. */
export interface ShopRequest {
  /** The session is another object after each login. */
  readonly session: Partial<Omit<session.SessionData, 'cookie'>> & SessionMethods
  readonly form: Form
  readonly devices: Devices
  /** Whether the store keeps its sessions if the demo is stopped. */
  readonly surviveRestart: boolean
  /** The record in the store, as JSON. */
  record(): string | Promise<string>
  /** The cookie, as the response sets it. */
  cookie(): ShownCookie
}

interface SessionMethods {
  save(): Promise<unknown>
  regenerate(): Promise<unknown>
  destroy(): Promise<unknown>
}

/** The page and its forms. Each form changes the session and sends the browser back to the page. */
const ACTIONS: Readonly<Record<string, Action>> = {
  'GET /': show,
  'POST /login': logIn,
  'POST /logout': logOut,
  'POST /devices/end': endDevice,
  'POST /devices/end-others': endOtherDevices,
  'POST /flash': leaveMessage,
  'POST /cart/add': req => putInCart(req, 1),
  'POST /cart/remove': req => putInCart(req, -1),
}

type Action = (req: ShopRequest, rival: string) => Answer | Promise<Answer>

/**
 * @param rival the package that the race compares with.
 * @returns undefined for an unknown path
 */
export function shop(method: string, path: string, rival: string): ((req: ShopRequest) => Promise<Answer>) | undefined {
  const action = ACTIONS[`${method === 'HEAD' ? 'GET' : method} ${path}`]
  return action && (async req => action(req, rival))
}

async function show(req: ShopRequest, rival: string): Promise<Answer> {
  const { flash } = req.session
  delete req.session.flash
  req.session.visits = (req.session.visits ?? 0) + 1
  // Saves before the response, because the page shows the record
  await req.session.save()

  const { visits, cart = {}, name: visitor } = req.session
  const { surviveRestart } = req
  const devices = visitor === undefined ? undefined : await req.devices.list(visitor)
  const shown = { visits, cart, devices, visitor, flash, rival, record: await req.record(), cookie: req.cookie(), surviveRestart }
  return text(page(shown), 'text/html')
}

async function logIn(req: ShopRequest): Promise<Answer> {
  const name = req.form.get('name')
  if (!name) {
    req.session.flash = 'Please type a name.'
    return seeOther('/')
  }
  const { cart } = req.session
  // Regenerate the session ID on every privilege change: an ID that an attacker knew before is now useless (OWASP: session fixation)
  await req.session.regenerate()
  if (cart) req.session.cart = cart
  req.session.name = name
  req.session.flash = `Logged in as ${name}: your session has a new id.`
  return seeOther('/')
}

async function logOut(req: ShopRequest): Promise<Answer> {
  await req.session.destroy()
  return seeOther('/')
}

async function endDevice({ session, form, devices }: ShopRequest): Promise<Answer> {
  // The handle is only looked for among the sessions of this user
  const isEnded = session.name !== undefined && (await devices.end(session.name, form.get('handle') || 'none'))
  session.flash = isEnded ? 'That session has ended.' : 'There is no such session.'
  return seeOther('/#devices')
}

async function endOtherDevices({ session, devices }: ShopRequest): Promise<Answer> {
  if (session.name === undefined) return seeOther('/')
  const ended = await devices.endOthers(session.name)
  session.flash = ended === 1 ? 'One other session has ended.' : `${ended} other sessions have ended.`
  return seeOther('/#devices')
}

function leaveMessage(req: ShopRequest): Answer {
  req.session.flash = req.form.get('message') || 'An empty message.'
  return seeOther('/')
}

function putInCart(req: ShopRequest, change: 1 | -1): Answer {
  // Only known goods: the name becomes a key of an object, so `__proto__` must be refused
  const chosen = goods.find(({ id }) => id === req.form.get('goods'))
  if (!chosen) return text('There is no such thing here.', 'text/plain', 400)
  const { [chosen.id]: count = 0, ...others } = req.session.cart ?? {}
  const left = Math.min(count + change, 99)
  req.session.cart = left > 0 ? { ...others, [chosen.id]: left } : others
  return seeOther('/#cart')
}
