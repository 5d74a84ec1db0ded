import type { EngineName } from './measured/protocols'

/** One subject at one visit in one round, in process. */
export interface InProcessSample {
  readonly visit: string
  readonly subject: string
  readonly round: number
  /** Per request, including the floor. */
  readonly microseconds: number
}

/** Two subjects that are compared in one process. */
export interface SideBySideSample {
  readonly visit: string
  readonly subject: string
  readonly beside: string
  readonly round: number
  /** Processor time per request, in microseconds: the median of the blocks. */
  readonly microseconds: number
  readonly besideMicroseconds: number
  /** The median of the ratios of the times of adjacent blocks. */
  readonly ratio: number
}

/** The same over HTTP. */
export interface HttpSample {
  readonly visit: string
  readonly subject: string
  readonly round: number
  readonly requestsPerSecond: number
  /** The server's processor time per request, in microseconds. */
  readonly processor: number
  /** The used shares of one core by server and client: the less busy one waited for the other. */
  readonly serverBusy: number
  readonly clientBusy: number
}

/** One subject with a distant store, as one client measures it. */
export interface DistantSample {
  readonly engine: EngineName
  readonly visit: string
  readonly subject: string
  readonly round: number
  /** The median and the 99th percentile of whole requests, in microseconds. */
  readonly half: number
  readonly most: number
  /** The number of requests to the engine per request. */
  readonly asked: number
}

/** So many sessions in one subject's memory store. */
export interface MemorySample {
  readonly sessions: number
  readonly subject: string
  readonly round: number
  readonly bytesPerSession: number
}
