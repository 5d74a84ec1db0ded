import { execFileSync } from 'node:child_process'

let pem: string | undefined

/** A key and its self-signed certificate, in one text. */
export function certificate(): string {
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1']
  pem ??= execFileSync('openssl', [...request, '-subj', '/CN=localhost', '-keyout', '-', '-out', '-'], { stdio: 'pipe' }).toString()
  return pem
}
