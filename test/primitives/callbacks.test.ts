import { expect } from 'chai'
import { fromCallbackUnlessSync, type Callback } from '../../lib/primitives/callbacks'

const lost = new Error('store down')
const reason = (promise: Promise<void> | undefined): Promise<unknown> =>
  (promise as Promise<void>).then(
    () => 'none',
    (err: unknown) => err,
  )

describe('primitives: fromCallbackUnlessSync', () => {
  /** A call that is completed later. */
  function later(): { promise: Promise<void> | undefined; done: Callback } {
    let done: Callback = () => {}
    const promise = fromCallbackUnlessSync(callback => (done = callback))
    return { promise, done }
  }

  it('returns undefined after a synchronous success', () => {
    expect(fromCallbackUnlessSync(done => done())).to.equal(undefined)
    expect(fromCallbackUnlessSync(done => done(null))).to.equal(undefined)
  })

  it('rejects after a synchronous error', async () => {
    expect(await reason(fromCallbackUnlessSync(done => done(lost)))).to.equal(lost)
  })

  it('rejects if the call throws', async () => {
    const thrown = fromCallbackUnlessSync(() => {
      throw lost
    })
    expect(await reason(thrown)).to.equal(lost)
  })

  it('resolves after a later success', async () => {
    const { promise, done } = later()
    expect(promise).to.be.instanceOf(Promise)
    done()
    expect(await reason(promise)).to.equal('none')
  })

  it('rejects after a later error', async () => {
    const { promise, done } = later()
    done(lost)
    expect(await reason(promise)).to.equal(lost)
  })

  it('ignores a second synchronous callback', async () => {
    const twice = (first?: unknown, second?: unknown): Promise<void> | undefined =>
      fromCallbackUnlessSync(done => {
        done(first)
        done(second)
      })
    expect(twice()).to.equal(undefined)
    expect(twice(undefined, lost)).to.equal(undefined)
    expect(await reason(twice(lost))).to.equal(lost)
    expect(await reason(twice(lost, new Error('another')))).to.equal(lost)
  })

  it('ignores a second later callback', async () => {
    const [kept, failed] = [later(), later()]
    kept.done()
    kept.done(lost)
    failed.done(lost)
    failed.done()
    expect([await reason(kept.promise), await reason(failed.promise)]).to.deep.equal(['none', lost])
  })
})
