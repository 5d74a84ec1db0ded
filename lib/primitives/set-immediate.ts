import timers = require('node:timers')

/** Read at load, because tests of apps replace timers; from the module, because jest's jsdom environment has no such global. */
export const { setImmediate } = timers
