// SUBJECT=express-session runs the tests of what both packages do against the original, and holds its failures against docs/compatibility.md
const upstream = process.env.SUBJECT === 'express-session'
const all = upstream ? 'test/{options,session,cookie,request,stores,connect}/**/*.test.ts' : 'test/**/*.test.ts'
const named = process.argv.some(arg => arg.endsWith('.test.ts'))

module.exports = {
  require: ['tsx/cjs', 'test/support/environment.ts', ...(upstream ? ['test/support/upstream-hooks.ts'] : [])],
  reporter: upstream ? 'test/support/upstream-reporter.ts' : 'spec',
  // A machine that does other things as well may take longer than it should; what hangs is found all the same
  timeout: 10_000,
  spec: named ? [] : [all],
  // Its unanswered requests would keep the process waiting
  exit: upstream,
  'forbid-only': true,
  'forbid-pending': process.env.CI === 'true',
}
