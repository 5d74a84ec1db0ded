import { randomInt } from 'node:crypto'

/** For each engine: `npm run rounds`, or `ROUNDS=100 npx mocha test/processes/rounds.test.ts -g MariaDB`. */
export const ROUNDS = Number(process.env.ROUNDS ?? 30)

/** Repeats the requests of a run; their order in time is another one. */
export const SEED = Number(process.env.SEED ?? randomInt(2 ** 31))

/** Rounds at the same time: one process is killed during them. */
export const AT_ONCE = 15

/** The longest time of a request and of a store call, in milliseconds. The rounds test orders and not times, and the machine may be busy. */
export const PATIENCE = 60_000
