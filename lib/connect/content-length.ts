import type { ServerResponse } from 'node:http'

/**
 * The `Content-Length` that Node would add of itself to a response that ends with its first chunk; undefined where it would add none. The rule is
 * that of Node's `OutgoingMessage`, and RFC 9110 section 8.6.
 */
export function contentLength(res: ServerResponse, chunk: unknown, encoding: unknown): number | undefined {
  if (res.hasHeader('Content-Length') || res.hasHeader('Transfer-Encoding') || res.hasHeader('Trailer')) return undefined
  if (!mayHaveBody(res) || !res.useChunkedEncodingByDefault) return undefined
  if (typeof chunk === 'string') return Buffer.byteLength(chunk, encoding as BufferEncoding)
  return chunk instanceof Uint8Array ? chunk.byteLength : 0
}

function mayHaveBody(res: ServerResponse): boolean {
  return res.req?.method !== 'HEAD' && res.statusCode !== 204 && res.statusCode !== 304
}
