/**
 * Compiles native packages without optimisation, which takes a third of the time: tests do not measure their speed. node-gyp appends these flags to those
 * of the package.
 */
export const UNOPTIMISED: NodeJS.ProcessEnv = { CFLAGS: '-O0', CXXFLAGS: '-O0' }
