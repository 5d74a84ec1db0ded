import type { Seal } from '../core/seal'
import type { Session, SessionData } from '../core/session'
import type { Callback, SessionStore } from '../core/store-port'
import type { KoaHost } from './koa-host'
import type { RecordShape } from './record-shape'

/** RFC 6265 section 6.1 wants browsers to take 4096 bytes of name, value and attributes; most take no more of the first two. */
const MOST_BYTES = 4093

export interface Codec {
  /** A session's data as the value of a cookie. */
  encode(data: object): string
  /** @throws for a value that nothing can be made of */
  decode(value: string): object
}

/** koa-session's. */
export const base64: Codec = {
  encode: data => Buffer.from(JSON.stringify(data)).toString('base64'),
  decode: value => JSON.parse(Buffer.from(value, 'base64').toString('utf8')) as object,
}

/** What another codec makes, sealed. */
export function sealing({ encode, decode }: Codec, seal: Seal): Codec {
  return {
    encode: data => seal.seal(encode(data)),
    decode(value) {
      const opened = seal.open(value)
      if (opened === undefined) throw new Error('not sealed by any of the secrets')
      return decode(opened)
    },
  }
}

/** Sessions that are kept in the cookie itself: what is stored for a request goes out with its answer. Of what a client sent, the value is the id. */
export class PayloadStore implements SessionStore {
  constructor(
    private readonly name: string,
    private readonly codec: Codec,
    private readonly shape: RecordShape,
  ) {}

  get(value: string, callback: Callback<SessionData | null>): void {
    let record: unknown
    try {
      record = this.codec.decode(value)
    } catch {
      // What a browser sent is no error of ours
      return callback()
    }
    callback(null, typeof record === 'object' && record ? this.shape.read(record) : undefined)
  }

  set(_id: string, session: SessionData, callback: Callback): void {
    const payload = this.codec.encode(this.shape.write(session))
    const bytes = Buffer.byteLength(this.name) + 1 + Buffer.byteLength(payload)
    if (bytes > MOST_BYTES) return callback(new RangeError(`session is too large for a cookie: ${bytes} bytes of ${MOST_BYTES}`))
    hostOf(session).payload = payload
    callback()
  }

  touch(id: string, session: SessionData, callback: Callback): void {
    this.set(id, session, callback)
  }

  destroy(_id: string, callback: Callback): void {
    callback()
  }
}

/** What is stored may be of a copy's host, which has the real one for a prototype. */
function hostOf(session: SessionData): KoaHost {
  return (session as Session & { req: KoaHost }).req.self
}
