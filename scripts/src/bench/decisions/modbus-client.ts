import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Bench, Measured, Rules } from '../bench.ts';
import { NODE_PACKAGES, type PeersFolder } from '../peers/peers-folder.ts';
import { alternately } from './alternately.ts';
import { lateSlave } from './late-slave.ts';
import { LIES, lyingSlave } from './lying-slave.ts';
import { type Connect, type ModbusClient, modbusSerial, ourClient } from './modbus-clients.ts';

const REGISTERS = 125;
/** As many as are asked for by two requests after each other, where only the line tells whose answer comes. */
const FEW = 10;
const LATE = 'on a serial line, the late answer to the request before';

const RULES = {
  readsPerSecond: { beside: ['json'], atLeast: 0.18 },
  modbusSerialReadsPerSecond: { beside: ['json'] },
  readsPerCpuSecond: { beside: ['json'] },
  modbusSerialReadsPerCpuSecond: { beside: ['json'] },
  wrongAnswersTaken: { atMost: 0 },
  modbusSerialWrongAnswersTaken: {},
} satisfies Rules;

/** Our client beside modbus-serial: what a read costs, and which answers to other questions each takes for its own. */
export function modbusClient(peers: PeersFolder): Bench<keyof typeof RULES> {
  return { rules: RULES, measure: () => measure(ourClient, modbusSerial(peers.nodePackages)) };
}

async function measure(ours: Connect, theirs: Connect): Promise<Measured<keyof typeof RULES>> {
  const { slave, port } = await honestSlave();
  const [our, their] = [await ours(port, 'tcp'), await theirs(port, 'tcp')];
  const rates = await alternately(
    () => whole(our),
    () => whole(their),
  );
  await Promise.all([our.close(), their.close()]);
  slave.stdin?.end();
  const taken = { ours: await wrongAnswersTaken(ours), theirs: await wrongAnswersTaken(theirs) };
  return {
    figures: {
      readsPerSecond: Math.round(rates.ours.perSecond),
      modbusSerialReadsPerSecond: Math.round(rates.theirs.perSecond),
      readsPerCpuSecond: Math.round(rates.ours.perCpuSecond),
      modbusSerialReadsPerCpuSecond: Math.round(rates.theirs.perCpuSecond),
      wrongAnswersTaken: taken.ours.length,
      modbusSerialWrongAnswersTaken: taken.theirs.length,
    },
    conditions: {
      versions: `modbus-serial ${NODE_PACKAGES['modbus-serial']}, Node ${process.versions.node}`,
      work: `${REGISTERS} holding registers by Modbus TCP, one request after the other, from a slave in another process`,
      wrongAnswers: `one of each: ${[...Object.keys(LIES), LATE].join(', ')}; taken by modbus-serial: ${taken.theirs.join(', ') || 'none'}; by ours: ${taken.ours.join(', ') || 'none'}`,
    },
  };
}

async function whole(client: ModbusClient): Promise<void> {
  if ((await client.read(0, REGISTERS)).length !== REGISTERS) throw new Error('registers are missing');
}

async function honestSlave(): Promise<{ slave: ChildProcess; port: number }> {
  const script = join(import.meta.dirname, '../modbus-slaves.ts');
  const slave = spawn(process.execPath, [script, '1'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(slave.stdout, 'data')) as [Buffer];
  return { slave, port: Number(JSON.parse(line.toString())[0]) };
}

/** The wrong answers that a client gives out as registers of the slave. */
async function wrongAnswersTaken(connect: Connect): Promise<string[]> {
  const taken: string[] = [];
  for (const [name, lie] of Object.entries(LIES)) {
    const slave = await lyingSlave(lie);
    const client = await connect(slave.port, 'tcp');
    if ((await answered(client.read(0, REGISTERS))) !== undefined) taken.push(name);
    await client.close();
    slave.stop();
  }
  if (await takesLateAnswer(connect)) taken.push(LATE);
  return taken;
}

async function takesLateAnswer(connect: Connect): Promise<boolean> {
  const slave = await lateSlave();
  const client = await connect(slave.port, 'rtu-over-tcp');
  const early = await answered(client.read(0, FEW));
  if (early !== undefined) throw new Error('the slave was not late');
  const second = await answered(client.read(FEW, FEW));
  await client.close();
  slave.stop();
  return second !== undefined;
}

async function answered(reading: Promise<ArrayLike<number>>): Promise<ArrayLike<number> | undefined> {
  try {
    return await reading;
  } catch {
    return undefined;
  }
}
