import { expect } from 'chai'
import expressSession = require('express-session')
import { pathOf } from '../../lib/primitives/http'
import { session } from '../support/subject'

type Middleware = (req: object, res: object, next: (err?: unknown) => void) => void

const COOKIE_PATH = '/admin'

const TARGETS = [
  ...[
    '',
    '/',
    '*',
    '/admin',
    '/admin/',
    '/administrator',
    '/ADMIN',
    '/admin?a=b',
    '/admin#a',
    '/?/admin',
    '/other/admin',
    '/admin/../x',
    '/x/../admin',
  ],
  ...['/./admin', '/%61dmin', '/%2e/admin', '//admin', '//h/admin', '/\\admin', '\\admin', 'admin', '?/admin', '#/admin', '/admin;x'],
  ...[
    'http://h/admin',
    'http://h/admin/../x',
    'http://h/x/../admin',
    'http://h/./admin',
    'http://h/%2e/admin',
    'http://h//admin',
    'http://h',
    'http://h?/admin',
  ],
  ...[
    'http://h#/admin',
    'http:///admin',
    'http:///x',
    'http:////admin',
    'http://h:99999/admin',
    'http://h:0/admin',
    'http://h:/admin',
    'http://:80/admin',
  ],
  ...[
    'http://user:secret@h/admin',
    'http://a@b@c/admin',
    'http://[::1]:80/admin',
    'HTTP://H/admin',
    'https://h/admin',
    'ws://h/admin',
    'ftp://h/admin',
  ],
  ...[
    'http:/admin',
    'http:admin',
    'http:',
    'http://',
    'http:\\\\h\\admin',
    'foo:bar/admin',
    'foo://bar/admin',
    'foo:/admin',
    'mailto:a@b/admin',
  ],
  ...[
    'example.com:443',
    'localhost:3000/admin',
    'h/admin',
    '://h/admin',
    '1http://h/admin',
    'http://h/admin?http://h/',
    'http://h/x?/admin',
  ],
]

/** Whether a middleware for /admin gives a request with this target a session. */
function hasSession(make: typeof expressSession, url: string): boolean {
  const middleware = make({ secret: 'keyboard cat', resave: false, saveUninitialized: false, cookie: { path: COOKIE_PATH } }) as Middleware
  const req = { url, headers: {}, connection: {} } as { session?: unknown }
  middleware(req, { writeHead() {}, end() {}, on() {}, once() {} }, () => {})
  return req.session !== undefined
}

describe('request: targets and cookie.path', () => {
  for (const target of TARGETS) {
    const expected = hasSession(expressSession, target)
    it(`${JSON.stringify(target)} ${expected ? 'has' : 'has no'} session for the path ${COOKIE_PATH}, as in express-session`, () => {
      expect(hasSession(session as never, target)).to.equal(expected)
    })
  }

  /** Node's `url.parse`, which express-session uses, throws for these. */
  for (const target of ['http://[x/admin', 'http://xn--/admin']) {
    it(`${JSON.stringify(target)} has a session, and does not throw`, () => {
      expect(pathOf(target)).to.equal('/admin')
      expect(hasSession(session as never, target)).to.equal(true)
    })
  }
})
