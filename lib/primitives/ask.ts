import { isPromise, reasonOf, type Callback } from './callbacks'

/**
 * Calls a function of the app, which may return a value or a promise or throw, and continues with the result.
 *
 * @param asker passed on to `next`, which is then no closure
 */
export function ask<Asker extends { readonly host: unknown }, Answer>(
  asker: Asker,
  question: (host: Asker['host']) => Answer | PromiseLike<Answer>,
  next: (asker: Asker, answer: Answer, done: Callback) => void,
  done: Callback,
): void {
  let answer: Answer | PromiseLike<Answer>
  try {
    answer = question(asker.host)
  } catch (err) {
    return done(reasonOf(err, 'an option'))
  }
  if (isPromise<Answer>(answer)) {
    // The `then` of another package may throw
    Promise.resolve(answer).then(
      answer => next(asker, answer, done),
      err => done(reasonOf(err, 'an option')),
    )
  } else next(asker, answer, done)
}
