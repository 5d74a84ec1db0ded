// Before anything is loaded: deprecation warnings for missing options have tests of their own, and are noise elsewhere
process.env.NO_DEPRECATION = 'express-session,koa,cookies'

// Tests make mistakes on purpose: those that expect a warning set another environment
process.env.NODE_ENV = 'test'
