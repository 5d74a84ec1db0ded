import timers = require('node:timers')

/** Taken at load, because tests of apps replace timers; from the module, because the jsdom environment of jest has no global of this name. */
export const { setImmediate } = timers
