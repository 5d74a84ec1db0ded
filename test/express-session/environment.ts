// Read by test/support/subject.ts
process.env.SUBJECT = 'express-session'
