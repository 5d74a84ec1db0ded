import { execFile } from 'node:child_process'

/** Runs a command to its end, and returns its output. If it fails, the error contains the output. */
export function run(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd, env: { ...cleanEnvironment(), ...env }, maxBuffer: 2 ** 24 }, (err, stdout, stderr) => {
      if (!err) return resolve(stdout)
      reject(new Error(`${command} ${args.join(' ')} failed in ${cwd}\n${stdout}${stderr}`, { cause: err }))
    })
  })
}

/** Without the variables of `npm test`: an npm inside would treat this project as its own, and warnings would be suppressed. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const ours = /^(npm_package_|npm_lifecycle_|npm_config_local_prefix$|NODE_OPTIONS$|NODE_ENV$|NODE_PATH$)/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)))
}
