import { expect } from 'chai'
import { RecordDraft } from '../../lib/core/record/record-draft'
import { MARKS } from '../../lib/core/record/reserved-key'
import type { SessionData } from '../../lib/core/record/session-data'

const cookie = { originalMaxAge: 60_000, expires: '2026-01-01T00:00:00.000Z', path: '/' }
const marks = { c: 1, a: 2, h: 'handle' }
const END = Date.parse(cookie.expires)

describe('core: the draft of a record', () => {
  it('keeps the cookie, the marks and the end apart from the data', () => {
    const record = { cookie, views: 1, [MARKS]: marks } as never as SessionData
    const drafts = [RecordDraft.of(record), RecordDraft.parse(JSON.stringify(record))]
    for (const draft of drafts) {
      expect(draft).to.deep.include({ cookie, [MARKS]: marks, end: END })
      expect(draft.data).to.deep.equal({ views: 1 })
    }
  })

  it('keeps data that the app has stored under the name of the marks', () => {
    const record = { cookie, views: 1, [MARKS]: 'of the app' } as never as SessionData
    for (const draft of [RecordDraft.of(record), RecordDraft.parse(JSON.stringify(record))]) {
      expect(draft).to.include({ [MARKS]: undefined })
      expect(draft.data).to.deep.equal({ views: 1, [MARKS]: 'of the app' })
    }
  })

  it('stores values as the store has them, and compares them as JSON', () => {
    const at = new Date(0)
    const draft = RecordDraft.of({ cookie, at, none: undefined } as never)
    expect(draft.data).to.deep.equal({ at })
    expect(draft.differsFrom({ at: at.toISOString() })).to.equal(false)
  })

  it('differs from other data: a value, a key more, a key less, another key', () => {
    const draft = RecordDraft.of({ cookie, a: 1, b: { c: [1] } } as never)
    const differs = [
      { a: 1, b: { c: [1] } },
      { b: { c: [1] }, a: 1 },
      { a: 2, b: { c: [1] } },
      { a: 1, b: { c: [2] } },
      { a: 1 },
      { a: 1, b: { c: [1] }, d: 1 },
      { a: 1, d: { c: [1] } },
      {},
    ].map(base => draft.differsFrom(base))
    expect(differs).to.deep.equal([false, false, true, true, true, true, true, true])
  })

  it('differs from data with a key that it lacks, even if that has no value', () => {
    expect(RecordDraft.of({ cookie, b: 1 } as never).differsFrom({ d: undefined })).to.equal(true)
  })

  it('is cloned with all its parts, and changes of the clone do not change it', () => {
    const draft = RecordDraft.of({ cookie, b: { c: [1] }, [MARKS]: marks } as never)
    const clone = draft.clone()
    expect(clone).to.deep.include({ cookie, [MARKS]: marks, end: END })
    ;(clone.data.b as { c: number[] }).c.push(2)
    expect([draft.data, clone.data]).to.deep.equal([{ b: { c: [1] } }, { b: { c: [1, 2] } }])
  })
})
