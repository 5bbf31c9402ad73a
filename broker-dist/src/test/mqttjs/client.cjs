// One client of mqtt.js. Takes a command from each line of its input and answers it with a line that begins with "ok" or
// "error"; what arrives is a line that begins with "message". Fields are URL-encoded, with tabs between.
const fs = require('node:fs')
const readline = require('node:readline')
const mqtt = require('mqtt')

let client

// By alias, the topics the broker has named: mqtt.js forgets to look up those of QoS 2.
const aliases = new Map()

const say = (...fields) => process.stdout.write(fields.map(encodeURIComponent).join('\t') + '\n')

const answer = (error, ...fields) => (error ? say('error', String(error.message ?? error)) : say('ok', ...fields))

// mqtt.js has an object for user properties: a name has one value, or several in an array.
function toProperties(correlation, pairs) {
  const properties = {}
  if (correlation) properties.correlationData = Buffer.from(correlation)
  if (pairs.length > 0) {
    properties.userProperties = {}
    for (let i = 0; i < pairs.length; i += 2) (properties.userProperties[pairs[i]] ??= []).push(pairs[i + 1])
  }
  return properties
}

function noteAlias(packet) {
  const alias = packet.cmd === 'publish' && packet.properties?.topicAlias
  if (alias && packet.topic) aliases.set(alias, packet.topic)
  else if (alias) packet.aliased = aliases.get(alias)
}

function arrived(topic, payload, packet) {
  const properties = packet.properties ?? {}
  const pairs = Object.entries(properties.userProperties ?? {}).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => [name, value]))
  say('message', topic || packet.aliased, payload.toString(), packet.qos, packet.retain, properties.correlationData?.toString() ?? '', ...pairs)
}

const commands = {
  connect(url, clientId, version, clean, ca, ...will) {
    const options = {
      clientId,
      protocolVersion: Number(version),
      clean: clean === 'true',
      reconnectPeriod: 0,
      resubscribe: false,
    }
    if (ca) options.ca = fs.readFileSync(ca)
    if (options.protocolVersion === 5) {
      // Aliases both ways: the client takes the broker's, and uses its own as far as the broker takes them.
      options.properties = { sessionExpiryInterval: options.clean ? 0 : 300, topicAliasMaximum: 5 }
      options.autoAssignTopicAlias = true
    }
    if (will.length > 0) {
      options.will = { topic: will[0], payload: will[1], qos: Number(will[2]), retain: will[3] === 'true' }
    }
    client = mqtt.connect(url, options)
    let connected = false
    client.on('packetreceive', noteAlias)
    client.on('message', arrived)
    client.on('connect', (connack) => {
      connected = true
      say('ok', connack.sessionPresent)
    })
    client.on('error', (error) => connected || answer(error))
    client.on('close', () => connected || answer('closed'))
  },

  subscribe(filter, qos) {
    client.subscribe(filter, { qos: Number(qos) }, (error, granted) => answer(error, granted?.[0]?.qos))
  },

  publish(topic, payload, qos, retain, correlation, ...pairs) {
    const options = { qos: Number(qos), retain: retain === 'true', properties: toProperties(correlation, pairs) }
    client.publish(topic, payload, options, (error) => answer(error))
  },

  close() {
    client.end(false, {}, () => {
      say('ok')
      process.exit(0)
    })
  },
}

readline
  .createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [command, ...fields] = line.split('\t').map((field) => decodeURIComponent(field.replaceAll('+', ' ')))
    commands[command](...fields)
  })
  .on('close', () => process.exit(0))
