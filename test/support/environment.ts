// Before anything is loaded: what both packages say of options that a test leaves out is tested by itself, and noise elsewhere
process.env.NO_DEPRECATION = 'express-session,koa,cookies'

// Tests make mistakes on purpose: those that expect a warning set another environment
process.env.NODE_ENV = 'test'
