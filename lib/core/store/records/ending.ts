import { isMissing } from '../../errors/store-errors'
import type { Callback } from '../../../primitives/callbacks'
import { emptied } from '../../record/emptied'
import { EXPIRED } from '../../record/lifetime'
import { marksIn } from '../../record/marks'
import { moveOf } from '../../record/moved'
import { cookieOf, type SessionData } from '../../record/session-data'
import type { Version } from '../../record/snapshot'
import type { StoredRecord } from './stored-record'

/** How many times other processes may write the record meanwhile. */
const MOST_TRIES = 100

/**
 * Ends a session whose ID another process may be renewing. In a store with compareAndSet it ends with a conditional write: a destroy between the read and
 * the write of a renewal would remove only the record of the earlier ID. If the ID has been renewed, the session of the new ID is ended.
 */
export class Ending {
  #tries = 0

  /**
   * @param grace in milliseconds, if requests with the ID still get an empty session afterwards; otherwise 0
   * @param endOther ends the session of another ID
   */
  constructor(
    private readonly record: StoredRecord,
    private readonly grace: number,
    private readonly endOther: (id: string, done: Callback) => void,
    private readonly done: Callback,
  ) {}

  run(): void {
    this.record.get((err, found, version) => {
      if (err && !isMissing(err)) return this.done(err)
      if (err || !found) return this.record.remove(this.done)
      const marks = marksIn(found)
      if (marks?.m == null) return this.#end(found, version)
      const to = moveOf(this.record.id, marks, Date.now())?.to
      if (to === undefined) return this.#leave()
      this.endOther(to, err => (err && !isMissing(err) ? this.done(err) : this.record.remove(this.done)))
    })
  }

  /** The session of this ID has ended. */
  #leave(): void {
    if (this.grace > 0) this.done()
    else this.record.remove(this.done)
  }

  #end(found: SessionData, version: Version | undefined): void {
    const { record } = this
    const left = this.grace > 0 ? emptied(record.id, found, this.grace) : undefined
    if (!record.compares && !left) return record.remove(this.done)
    record.write(left ?? expired(found), version, (err, outcome) => {
      if (err) return this.done(err)
      // Removing an expired record only frees memory
      if (outcome?.ok) return left ? this.done() : record.remove(() => this.done())
      if (++this.#tries > MOST_TRIES) return this.done(new Error('session is changed by other requests too often; it is not destroyed'))
      this.run()
    })
  }
}

function expired(record: SessionData): SessionData {
  const cookie = cookieOf(record)
  cookie.expires = EXPIRED
  return { cookie }
}
