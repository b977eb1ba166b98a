import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOAD, type Poll, slaveName, slaveOf } from './load.ts';
import { throughBroker } from './mqtt-peer.ts';
import type { Peer } from './peer.ts';
import type { PeersFolder } from './peers-folder.ts';

const REGISTERS = Array.from({ length: LOAD.registers }, (_, address) => address);

/** thingsboard-gateway with a value for each register, into one of its stores. */
export function thingsboardGateway(peers: PeersFolder, store: 'sqlite' | 'memory'): Peer {
  const memory = store === 'memory';
  return throughBroker({
    key: memory ? 'thingsboardGatewayMemory' : 'thingsboardGateway',
    title: `thingsboard-gateway, ${memory ? 'memory' : 'SQLite'} store`,
    does: `${LOAD.registers} tags a device, each decoded; ${memory ? 'its default store, in memory' : 'its SQLite store (synchronous=NORMAL)'}; QoS 1 to a bare broker that answers what it asks of a ThingsBoard without limits; logs errors only`,
    topic: 'v1/gateway/telemetry',
    polls: thingsboardPolls,
    asks: {
      request: 'v1/devices/me/rpc/request/',
      response: 'v1/devices/me/rpc/response/',
      // What ThingsBoard tells of its limits where an administrator has set none (`getSessionLimits`).
      answer: { maxPayloadSize: 65_536, maxInflightMessages: 100, rateLimits: {}, gatewayRateLimits: {} },
    },
    prepare: ({ folder, brokerPort, ports }) => {
      const config = join(folder, 'config');
      mkdirSync(join(folder, 'logs'), { recursive: true });
      mkdirSync(join(folder, 'data'), { recursive: true });
      mkdirSync(config, { recursive: true });
      const write = (name: string, content: object) => writeFileSync(join(config, name), JSON.stringify(content));
      write('tb_gateway.json', {
        thingsboard: {
          ...{ host: '127.0.0.1', port: brokerPort, qos: 1, remoteShell: false, remoteConfiguration: false },
          statistics: { enable: false, statsSendPeriodInSeconds: 3_600 },
          checkingDeviceActivity: { checkDeviceInactivity: false },
          deviceFiltering: { enable: false },
          reportStrategy: { type: 'ON_RECEIVED' },
          security: { type: 'accessToken', accessToken: 'bench' },
        },
        storage: memory
          ? { type: 'memory', read_records_count: 100, max_records_count: 100_000 }
          : { type: 'sqlite', data_file_path: `${join(folder, 'data')}/`, messages_ttl_in_days: 7 },
        grpc: { enabled: false },
        connectors: [{ name: 'Modbus', type: 'modbus', configuration: 'modbus.json' }],
      });
      write('modbus.json', { master: { slaves: ports.map((port, index) => thingsboardSlave(index, port)) } });
      write('logs.json', {
        version: 1,
        handlers: { stderr: { class: 'logging.StreamHandler', level: 'ERROR' } },
        root: { level: 'ERROR', handlers: ['stderr'] },
      });
      return { command: [peers.thingsboardGateway], environment: { TB_GW_CONFIG_DIR: config } };
    },
  });
}

function thingsboardSlave(index: number, port: number): object {
  return {
    ...{ name: slaveName(index), host: '127.0.0.1', port, type: 'tcp', method: 'socket', unitId: LOAD.unit },
    ...{ deviceName: slaveName(index), deviceType: 'default', pollPeriod: LOAD.intervalMs },
    ...{ timeout: 2, byteOrder: 'BIG', wordOrder: 'BIG', retries: 1, retryOnEmpty: true, retryOnInvalid: true },
    ...{ connectAttemptTimeMs: 500, connectAttemptCount: 5, waitAfterFailedAttemptsMs: 1_000 },
    ...{ attributes: [], attributeUpdates: [], rpc: [] },
    timeseries: REGISTERS.map((address) => ({
      ...{ tag: `r${address}`, type: '16uint', functionCode: 3, objectsCount: 1, address },
    })),
  };
}

type Telemetry = Record<string, { values?: Record<string, number> }[]>;

function thingsboardPolls(_topic: string, payload: Buffer): Poll[] {
  return Object.entries(JSON.parse(payload.toString()) as Telemetry).flatMap(([name, samples]) =>
    samples.flatMap(({ values }) => (values?.r0 === undefined ? [] : [{ slave: slaveOf(name), number: values.r0 }])),
  );
}

/** Node-RED with a Modbus node for each slave and one MQTT node. */
export function nodeRed(peers: PeersFolder): Peer {
  return throughBroker({
    key: 'nodeRed',
    title: 'Node-RED',
    does: 'an array of numbers for each poll, by an MQTT node at QoS 1; nothing decoded, nothing stored; its Modbus nodes on modbus-serial of npm, since their own copy of it is not there',
    topic: 'registers/+',
    polls: registerPolls,
    prepare: ({ folder, brokerPort, ports }) => {
      const flows = join(folder, 'flows.json');
      writeFileSync(flows, JSON.stringify([...nodeRedBroker(brokerPort), ...ports.flatMap(nodeRedSlave)]));
      writeFileSync(
        join(folder, 'settings.cjs'),
        `module.exports = ${JSON.stringify({
          ...{ httpAdminRoot: false, httpNodeRoot: false, uiPort: 0, uiHost: '127.0.0.1', flowFile: flows },
          ...{ nodesDir: [join(peers.nodePackages, 'node-red-contrib-modbus')], telemetry: { enabled: false } },
          logging: { console: { level: 'warn', metrics: false, audit: false } },
        })}`,
      );
      const script = join(peers.nodePackages, 'node-red/red.js');
      return { command: [process.execPath, script, '--userDir', folder, '--settings', join(folder, 'settings.cjs')] };
    },
  });
}

function nodeRedBroker(port: number): object[] {
  return [
    { id: 'flow', type: 'tab', label: 'bench' },
    {
      ...{ id: 'broker', type: 'mqtt-broker', broker: '127.0.0.1', port: String(port), clientid: 'node-red' },
      ...{ autoConnect: true, usetls: false, protocolVersion: '4', keepalive: '60', cleansession: false },
    },
    {
      ...{ id: 'out', type: 'mqtt out', z: 'flow', topic: '', qos: '1', retain: 'false', broker: 'broker' },
      ...{ x: 300, y: 100, wires: [] },
    },
  ];
}

function nodeRedSlave(port: number, index: number): object[] {
  return [
    {
      ...{
        id: `client${index}`,
        type: 'modbus-client',
        clienttype: 'tcp',
        tcpHost: '127.0.0.1',
        tcpPort: String(port),
      },
      ...{ tcpType: 'DEFAULT', unit_id: String(LOAD.unit), commandDelay: '1', clientTimeout: '1000' },
      ...{ bufferCommands: true, reconnectOnTimeout: true, reconnectTimeout: '2000', parallelUnitIdsAllowed: true },
      ...{ failureLogEnabled: true, showErrors: false, showWarnings: true },
    },
    {
      ...{ id: `read${index}`, type: 'modbus-read', z: 'flow', topic: `registers/${slaveName(index)}` },
      ...{ unitid: String(LOAD.unit), dataType: 'HoldingRegister', adr: '0', quantity: String(LOAD.registers) },
      ...{ rate: String(LOAD.intervalMs), rateUnit: 'ms', server: `client${index}`, x: 100, y: 100 },
      wires: [['out'], []],
    },
  ];
}

/** A loop around `modbus-serial`. */
export function modbusSerial(peers: PeersFolder): Peer {
  return throughBroker({
    key: 'modbusSerial',
    title: 'loop around modbus-serial',
    does: 'an array of numbers for each poll, published at QoS 1; nothing decoded, nothing stored',
    topic: 'registers/+',
    polls: registerPolls,
    prepare: ({ brokerPort, ports }) => ({
      command: [
        ...[process.execPath, join(import.meta.dirname, 'modbus-serial-loop.ts')],
        ...[join(peers.nodePackages, 'package.json'), String(brokerPort), ...ports.map(String)],
      ],
    }),
  });
}

function registerPolls(topic: string, payload: Buffer): Poll[] {
  const [number] = JSON.parse(payload.toString()) as number[];
  return number === undefined ? [] : [{ slave: slaveOf(topic.slice('registers/'.length)), number }];
}
