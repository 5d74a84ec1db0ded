#!/usr/bin/env node
import { main } from './doctor/main'

void main(process.argv.slice(2), {
  out: text => void process.stdout.write(text),
  err: text => void process.stderr.write(text),
}).then(code => {
  process.exitCode = code
})
