import { isMissing } from '../../errors/store-errors'
import type { Callback } from '../../../primitives/callbacks'
import { marksIn } from '../../record/marks'
import { moveOf } from '../../record/moved'
import type { SessionData } from '../../record/session-data'
import type { Version } from '../../record/snapshot'
import { ConditionalEnd } from './conditional-end'
import type { StoredRecord } from './stored-record'

/**
 * Ends a session whose ID another process may be renewing. In a store with compareAndSet it ends with a conditional write: a destroy between the read and
 * the write of a renewal would remove only the record of the earlier ID. If the ID has been renewed, the session of the new ID is ended.
 */
export class Ending {
  readonly #conditional: ConditionalEnd

  /**
   * @param grace in milliseconds, if requests with the ID still get an empty session afterwards; otherwise 0
   * @param endOther ends the session of another ID
   */
  constructor(
    private readonly record: StoredRecord,
    private readonly grace: number,
    private readonly endOther: (id: string, done: Callback) => void,
    private readonly done: Callback,
  ) {
    this.#conditional = new ConditionalEnd(
      record,
      grace,
      () => this.run(),
      (err, replaced) => {
        if (err) done(err)
        else if (replaced?.isLeft) done()
        else record.remove(() => done())
      },
    )
  }

  run(): void {
    this.record.get((err, found, version) => {
      if (err) return this.done(err)
      if (!found) return this.record.remove(this.done)
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
    // Without marks, nothing is left
    if (this.record.compares || (this.grace > 0 && marksIn(found))) this.#conditional.replace(found, version)
    else this.record.remove(this.done)
  }
}
