/** A multiple of the amounts of an ordinary run: `TIMES=10 npx mocha test/processes/processes.test.ts`. */
export const TIMES = Number(process.env.TIMES ?? 1)

export const PROCESSES = 4

/** Increments of one session. */
export const INCREMENTS = 1000 * TIMES

/** Rounds, each with concurrent requests of one session. */
export const ROUNDS = 20 * TIMES
export const WRITERS = 50

/** Sessions that are ended, in all ways together. */
export const LOGOUTS = 450 * TIMES

/** Processes that are killed, and the number of requests during each: `KILLS=200 npx mocha test/processes/processes.test.ts -g SQLite`. */
export const KILLS = Number(process.env.KILLS ?? 4 * TIMES)
/** The same with SQLite, whose file is checked after each. Overridden by KILLS. */
export const SQLITE_KILLS = Number(process.env.KILLS ?? 20 * TIMES)
export const TRAFFIC = 200

/** Concurrent requests, if there are more. */
export const LANES = 40

/** The most sessions of a user. */
export const MOST_SESSIONS = 3

/** The options for sessions by user. */
export const USERS = { userId: (session: { user?: string }) => session.user, maxSessionsPerUser: MOST_SESSIONS }

/** The logins of one user at the same time, for each process. */
export const LOGINS = 10
