import { randomInt } from 'node:crypto'
import net = require('node:net')

/** Linux uses ports from 32768 on for outgoing connections: a free one of those may be taken before a server listens on it. */
const [LOWEST, BEYOND] = [15_000, 32_000]

/** A port on which no process listens. Prefer port 0, and a server that reports its port. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, BEYOND)
    if (await isFree(port)) return port
  }
}

/** On every address, as server programs listen. */
function isFree(port: number): Promise<boolean> {
  const server = net.createServer()
  return new Promise(resolve => {
    server.on('error', () => resolve(false))
    server.listen(port, () => server.close(() => resolve(true)))
  })
}
