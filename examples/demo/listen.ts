import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Serves a demo until the process ends. */
export function listen(demo: RequestListener): void {
  const server = createServer(demo).listen(Number(process.env.PORT ?? 3000), () => {
    console.log(`http://localhost:${(server.address() as AddressInfo).port}`)
  })
}
