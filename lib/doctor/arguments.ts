import { parseArgs } from 'node:util'

/** The text of `resession doctor --help`. */
export const USAGE = `Usage: resession doctor <url> [options]

Visits a site as a browser does and says why its session is not kept. It works
with any server: resession, express-session, koa-session and others.

Options:
  --login <url>            also logs in, and checks that the session ID changes
  --data <body>            the form to send to the login URL with POST, such as "user=ada&password=x"; without it, the login is a GET
  --header "Name: value"   a header for each request to the site; may be repeated
  --name <cookie>          the name of the session cookie, if the doctor picks the wrong one
  --timeout <ms>           how long to wait for a response (default 10000)
  --json                   prints JSON
  --help                   prints this text

Exit code: 0 if no check has failed, 1 otherwise.
`

/** The arguments of the command, checked. */
export interface DoctorOptions {
  readonly url: URL
  readonly login: URL | undefined
  /** A form for the login, sent with POST. */
  readonly data: string | undefined
  readonly headers: Readonly<Record<string, string>>
  /** The name of the session cookie. */
  readonly name: string | undefined
  /** In milliseconds. */
  readonly timeout: number
  readonly json: boolean
}

/** @returns 'help' if the user asks for the usage. @throws Error with a message for the user */
export function parseArguments(argv: readonly string[]): DoctorOptions | 'help' {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      login: { type: 'string' },
      data: { type: 'string' },
      header: { type: 'string', multiple: true, default: [] },
      name: { type: 'string' },
      timeout: { type: 'string', default: '10000' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const [command, address, ...others] = positionals
  if (values.help || (command === undefined && argv.length === 0)) return 'help'
  if (command !== 'doctor') throw new Error(`Unknown command: ${command ?? ''}. The only command is "doctor"`)
  if (address === undefined) throw new Error('The URL is missing')
  if (others.length > 0) throw new Error(`Unexpected argument: ${others.join(' ')}`)
  if (values.data !== undefined && values.login === undefined) throw new Error('--data needs --login <url>')
  const url = urlOf(address)
  return {
    url,
    login: values.login === undefined ? undefined : urlOf(values.login, url),
    data: values.data,
    headers: Object.fromEntries(values.header.map(headerOf)),
    name: values.name,
    timeout: timeoutOf(values.timeout),
    json: values.json,
  }
}

function urlOf(text: string, base?: URL): URL {
  // `localhost:3000` would parse as a URL with the scheme `localhost:`
  const full = base || /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`
  if (!URL.canParse(full, base?.href)) throw new Error(`Not a URL: ${text}`)
  const url = new URL(full, base)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Error(`Not an http or https URL: ${text}`)
  return url
}

function headerOf(text: string): [name: string, value: string] {
  const colon = text.indexOf(':')
  if (colon < 1) throw new Error(`Not a header: ${text}. Write --header "Name: value"`)
  return [text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim()]
}

function timeoutOf(text: string): number {
  const ms = Number(text)
  if (!(ms >= 1 && ms < 2 ** 31)) throw new Error(`Not a number of milliseconds: --timeout ${text}`)
  return ms
}
