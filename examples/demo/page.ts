import { join } from 'node:path'
import { listed, type Device } from './devices'
import { goods, type Cart } from './goods'
import { html, template, type Html, type Value } from './html'

/** The values that one page shows. */
export interface Visit {
  readonly visits: number | undefined
  readonly visitor: string | undefined
  readonly flash: string | undefined
  readonly cart: Cart
  /** Undefined if no user is logged in. */
  readonly devices: readonly Device[] | undefined
  /** The package that the race compares with. */
  readonly rival: string
  /** The JSON in the store. */
  readonly record: string
  readonly cookie: ShownCookie
  readonly surviveRestart: boolean
}

/** The cookie of the response. */
export interface ShownCookie {
  readonly name: string
  readonly id: string
  readonly signature: string
  /** The `Set-Cookie` lines; the first is the one with the ID. */
  readonly lines: readonly string[]
}

const fill = template(join(__dirname, 'page.html'))

/** The HTML page for one request. */
export function page({ visits = 0, visitor, flash, cart, devices, rival, record, cookie, surviveRestart }: Visit): string {
  return fill({
    flash: flash ? html`<p class="flash" role="status">${flash}</p>` : '',
    greeting: visitor ? `Hello, ${visitor}` : 'Hello, guest',
    visits,
    door: visitor ? logOutForm : logInForm,
    devices: listed(devices),
    goods: goods.map(one => row(one, cart[one.id] ?? 0)),
    total: euros(goods.reduce((sum, { id, price }) => sum + price * (cart[id] ?? 0), 0)),
    record: JSON.stringify(JSON.parse(record), null, 2),
    restart: surviveRestart ? IN_FILE : IN_MEMORY,
    rival,
    ...partsOf(cookie),
  })
}

const IN_FILE = 'The store is a file. Stop the demo, start it again and reload this page: no session is lost.'
const IN_MEMORY = 'The store is the memory of the demo, so a restart ends all sessions. SqliteStore keeps them in a file.'

const logInForm = html`<form class="line" method="post" action="/login">
  <label for="name">Your name</label>
  <input id="name" name="name" maxlength="80" autocomplete="nickname" required />
  <button>Log in</button>
</form>`

const logOutForm = html`<form class="line" method="post" action="/logout"><button>Log out</button></form>`

/** The labels tell a screen reader to which goods a button belongs. */
function row({ id, name, price }: (typeof goods)[number], count: number): Html {
  return html`<li>
    <span class="goods">${name} <small>${euros(price)}</small></span>
    <form class="stepper" method="post">
      <button formaction="/cart/remove" name="goods" value="${id}" ${count ? '' : 'disabled'} aria-label="Remove one ${name}">−</button>
      <span class="count"><span class="unseen">In the cart: </span>${count}</span>
      <button formaction="/cart/add" name="goods" value="${id}" aria-label="Add one ${name}">+</button>
    </form>
  </li>`
}

function euros(cents: number): string {
  return `€${(cents / 100).toFixed(2)}`
}

function partsOf({ name, id, signature, lines }: ShownCookie): Record<string, Value> {
  const [, ...attributes] = (lines[0] ?? '').split('; ')
  return {
    cookieName: name,
    id,
    signature,
    attributes: attributes.map(one => html`<li><code>${one}</code></li>`),
    setCookie: lines.map(line => `Set-Cookie: ${line}`).join('\n'),
  }
}
