// SUBJECT=express-session runs the tests of what both packages do against the original; see test/support/subject.ts
const upstream = process.env.SUBJECT === 'express-session'

module.exports = {
  require: ['tsx/cjs'],
  spec: upstream ? ['test/{options,session,cookie,stores,connect}/**/*.test.ts'] : ['test/**/*.test.ts'],
  'forbid-only': true,
  'forbid-pending': process.env.CI === 'true',
}
