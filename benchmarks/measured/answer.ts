import { get } from 'node:http'

/** A parsed response. */
export interface Answer {
  readonly status: number
  /** By name in lower case; without those that Node sets itself and those in `setCookie`. */
  readonly headers: Readonly<Record<string, string>>
  readonly setCookie: readonly string[]
  readonly body: string
}

/** In milliseconds. Far more than any response takes; a longer wait means that the request hangs. */
export const PATIENCE = 10_000

/** Node's own headers, which do not depend on the app. */
const NODES = ['date', 'connection', 'keep-alive']

/** Parses a response. */
export function parseAnswer(bytes: string): Answer {
  const end = bytes.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = bytes.slice(0, end).split('\r\n')
  const headers = lines.map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const)
  return answerOf(Number(statusLine.split(' ')[1]), headers, bytes.slice(end + 4))
}

/** Sends a request to a server on this machine. */
export function ask(port: number, cookie: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const req = get({ host: '127.0.0.1', port, agent: false, timeout: PATIENCE, headers: cookie ? { Cookie: cookie } : {} }, res => {
      let body = ''
      res.setEncoding('utf8')
      res.on('data', (chunk: string) => (body += chunk))
      res.on('error', reject)
      res.on('end', () => {
        const lines = Object.entries(res.headersDistinct)
        const headers = lines.flatMap(([name, values = []]) => values.map(value => [name, value] as const))
        resolve(answerOf(res.statusCode ?? 0, headers, body))
      })
    })
    req.on('timeout', () => req.destroy(new Error('no answer came')))
    req.on('error', reject)
  })
}

function answerOf(status: number, lines: readonly (readonly [name: string, value: string])[], body: string): Answer {
  const headers: Record<string, string> = {}
  const setCookie: string[] = []
  for (const [name, value] of lines) {
    const key = name.toLowerCase()
    if (key === 'set-cookie') setCookie.push(value)
    else if (!NODES.includes(key)) headers[key] = value
  }
  return { status, headers, setCookie, body }
}
