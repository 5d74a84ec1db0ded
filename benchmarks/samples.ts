/** One subject at one visit in one round, in process. */
export interface InProcessSample {
  readonly visit: string
  readonly subject: string
  readonly round: number
  /** Per visit, the floor's included. */
  readonly microseconds: number
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

/** So many sessions in one subject's memory store. */
export interface MemorySample {
  readonly sessions: number
  readonly subject: string
  readonly round: number
  readonly bytesPerSession: number
}
