import type { ServerResponse } from 'node:http'
import type { CallLine } from './call-line'
import type { DeferredCall } from './deferred-call'
import { isHttp2 } from './reported-state'

type Callback = (err?: Error | null) => void

/** Whether a call comes after the first `end`. A third-party `end` may write later, after it has compressed or changed the body. */
export function followsEnd(res: ServerResponse, { method, asks }: DeferredCall, line: CallLine | undefined): boolean {
  if (asks !== 'nothing' || line?.hasEnd) return false
  return method === 'end' || (method === 'write' && res.writableEnded !== false)
}

/**
 * Does what Node does with a call after `end`. A `write`, or an `end` with a chunk, passes an error to the callback and emits 'error'. Without a
 * listener, 'error' would end the process, and on HTTP/2 destroy the stream. The complete response is then left alone.
 *
 * @returns what the call returns
 */
export function callAfterEnd(res: ServerResponse, method: string, args: unknown[]): unknown {
  const callback = callbackOf(args)
  if (method === 'write') return (fail(res, callback), false)
  if (isHttp2(res)) process.nextTick(callback ?? (() => {}))
  else if (args[0] && args[0] !== callback) fail(res, callback)
  else if (callback && res.writableFinished)
    callback(codedError('Cannot call end after a stream was finished', 'ERR_STREAM_ALREADY_FINISHED'))
  else if (callback) res.on?.('finish', callback)
  return res
}

/** Does what Node does with a `write` or `end` after `destroy`: also with a call that is dropped because another response is sent. */
export function callAfterDestroy(args: unknown[]): void {
  const callback = callbackOf(args)
  if (callback) process.nextTick(callback, codedError('Cannot call write after a stream was destroyed', 'ERR_STREAM_DESTROYED'))
}

/**
 * Removes all calls that wait.
 *
 * @returns the arguments of a call that Node will not receive, and of all that waited, without those whose callers have seen them throw
 */
export function dropCalls(first: DeferredCall, line?: CallLine): unknown[][] {
  const calls = [first, ...(line?.drain() ?? [])]
  return calls.filter(call => !call.failed && !('returned' in call)).map(({ args }) => args)
}

function fail(res: ServerResponse, callback: Callback | undefined): void {
  const err = codedError('write after end', 'ERR_STREAM_WRITE_AFTER_END')
  const isSilent = res.destroyed || isHttp2(res)
  process.nextTick(() => {
    callback?.(err)
    if (!isSilent && !res.destroyed) emitIfHandled(res, err)
  })
}

/** `emit` throws the error itself if there is no listener, and so does the listener that `pipe` adds. */
function emitIfHandled(res: ServerResponse, err: Error): void {
  try {
    res.emit?.('error', err)
  } catch (thrown) {
    if (thrown !== err) throw thrown
  }
}

function callbackOf(args: unknown[]): Callback | undefined {
  return args.find(arg => typeof arg === 'function') as Callback | undefined
}

function codedError(message: string, code: string): Error {
  return Object.assign(new Error(message), { code })
}
