// A real Bluesky server (PDS) with an in-memory directory of identities (PLC), for tests.
// PDS_DATA=… PLC_PORT=… PDS_PORT=… node run-pds.mjs
// Listens on 127.0.0.1 only, speaks to no other server, and ends when its standard input closes.
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import net from 'node:net'
import * as pdsModule from '@atproto/pds'
import * as plcModule from '@did-plc/server'

const pds = pdsModule.default ?? pdsModule
const plc = plcModule.default ?? plcModule
const host = '127.0.0.1'
const data = process.env.PDS_DATA
const plcPort = Number(process.env.PLC_PORT)
const pdsPort = Number(process.env.PDS_PORT)

// both servers call listen(port), which means every interface: say which one instead
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (first, ...rest) {
  const done = rest.find((value) => typeof value === 'function')
  if (typeof first === 'object') return listen.call(this, { ...first, host: first.host ?? host }, ...rest)
  return listen.call(this, { port: Number(first), host }, done)
}

mkdirSync(`${data}/blobs`, { recursive: true })
const directory = plc.PlcServer.create({ db: plc.Database.mock(), port: plcPort })
await directory.start()

const settings = {
  devMode: true,
  hostname: 'localhost',
  port: pdsPort,
  dataDirectory: data,
  blobstoreDiskLocation: `${data}/blobs`,
  didPlcUrl: `http://${host}:${plcPort}`,
  jwtSecret: randomBytes(16).toString('hex'),
  adminPassword: randomBytes(16).toString('hex'),
  plcRotationKeyK256PrivateKeyHex: randomBytes(32).toString('hex'),
  serviceHandleDomains: ['.test'],
  inviteRequired: false,
  bskyAppViewUrl: `http://${host}:9`,
  bskyAppViewDid: 'did:web:appview.invalid',
  crawlers: [],
  disableSsrfProtection: true,
  rateLimitsEnabled: false,
  blobUploadLimit: 5 * 1024 * 1024,
}
const server = await pds.PDS.create(pds.envToCfg(settings), pds.envToSecrets(settings))
await server.start()
console.log('ready')

async function end() {
  setTimeout(() => process.exit(0), 3000).unref()
  await server.destroy()
  await directory.destroy()
  process.exit(0)
}
process.stdin.resume()
process.stdin.on('end', end)
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, end)
