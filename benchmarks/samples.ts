import type { EngineName } from './measured/protocols'

/** One subject at one visit in one round, in process. */
export interface InProcessSample {
  readonly visit: string
  readonly subject: string
  readonly round: number
  /** Per visit, the floor's included. */
  readonly microseconds: number
}

/** A subject and one that is held against it, in one process. */
export interface SideBySideSample {
  readonly visit: string
  readonly subject: string
  readonly beside: string
  readonly round: number
  /** Processor time per visit, in microseconds: the medians of what was timed in turns. */
  readonly microseconds: number
  readonly besideMicroseconds: number
  /** The median of the subject's time divided by the other's, each pair from the same moment. */
  readonly ratio: number
}

/** The same over HTTP. */
export interface HttpSample {
  readonly visit: string
  readonly subject: string
  readonly round: number
  readonly requestsPerSecond: number
  /** The server's processor time for each request, in microseconds. */
  readonly processor: number
  /** The shares of one core that server and client used: the one that has more of it left waited for the other. */
  readonly serverBusy: number
  readonly clientBusy: number
}

/** One subject with a distant store, as one client measures it. */
export interface DistantSample {
  readonly engine: EngineName
  readonly visit: string
  readonly subject: string
  readonly round: number
  /** Of whole requests, in microseconds: half of them take no longer, and 99 in a hundred. */
  readonly half: number
  readonly most: number
  /** What the engine was asked for each of them. */
  readonly asked: number
}

/** So many sessions in one subject's memory store. */
export interface MemorySample {
  readonly sessions: number
  readonly subject: string
  readonly round: number
  readonly bytesPerSession: number
}
