import type session from '../../lib'
import { html, type Html } from './html'

/** The sessions of users. */
export interface Devices {
  list(user: string): Promise<session.ListedSessions>
  end(user: string, handle: string): Promise<boolean>
  /** Ends all sessions but that of this request. */
  endOthers(user: string): Promise<number>
}

/** A session in the list of a user's devices. */
export type Device = session.ListedSessions[number]

/** What the list says of a device. */
export interface About {
  readonly browser: string
}

/** A name for a browser, from its `User-Agent` header. */
export function browserOf(agent = ''): string {
  const [, browser = 'A browser'] = /(Edg|OPR|Firefox|Chrome|Safari)\w*\//.exec(agent) ?? []
  const [system = ''] = /Windows|Android|iPhone|iPad|Mac OS|Linux/.exec(agent) ?? []
  return `${browser.replace('Edg', 'Edge').replace('OPR', 'Opera')}${system && ` on ${system}`}`
}

/** The list, with a button for each device. */
export function listed(devices: readonly Device[] | undefined): Html {
  if (!devices) return html`<p class="note">Log in to see your devices.</p>`
  return html`<ul class="shelf devices">
      ${devices.map(row)}
    </ul>
    <form class="line" method="post" action="/devices/end-others">
      <button ${devices.length > 1 ? '' : 'disabled'}>End all others</button>
    </form>`
}

function row({ handle, about, authenticatedAt, current }: Device): Html {
  const { browser } = about as About
  const since = authenticatedAt.toISOString().slice(0, 16).replace('T', ' ')
  return html`<li>
    <span class="goods">${browser} <small>${current ? 'this device, ' : ''}since ${since} UTC</small></span>
    <form method="post" action="/devices/end">
      <button name="handle" value="${handle}" aria-label="End the session of ${browser}${current ? ', this device' : ''}">End</button>
    </form>
  </li>`
}
