// An OpenID Connect provider on PORT of this machine. Lines of JSON on its input change it:
// {"rotate": true} replaces its signing key, {"clock": 300} sets its clock forward by seconds.
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { Provider } from 'oidc-provider'

const { port, clients, people } = JSON.parse(process.env.PROVIDER)
const now = Date.now
let callback

function renew() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const provider = new Provider(`http://localhost:${port}`, {
    clients,
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['for-tests'] },
    pkce: { required: () => true },
    conformIdTokenClaims: false,
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
  })
  callback = provider.callback()
}

renew()
createServer((request, response) => callback(request, response)).listen(port, '127.0.0.1', () => console.log('ready'))
createInterface({ input: process.stdin }).on('line', (line) => {
  const change = JSON.parse(line)
  if (change.rotate) renew()
  if (change.clock !== undefined) Date.now = () => now() + change.clock * 1000
  console.log('ready')
}).on('close', () => process.exit(0))
