import type { ModbusWrite } from '@vigie/decoders';
import { describe, expect, it, vi } from 'vitest';
import { device, slave, start, tcpBus } from '../../test/modbus-bench.ts';
import { exceptionAnswer, readAnswer, startTcpSlave } from '../../test/modbus-slave.ts';
import type { OrderProgress } from '../device-order.ts';

describe('orders to Modbus devices', () => {
  it('writes before the next poll and reads back', async () => {
    const registers = new Map<number, number>();
    const network = await slave(
      startTcpSlave((request) => {
        if (request.functionCode !== 6) return request.answer(readAnswer(request, (at) => registers.get(at) ?? 0));
        registers.set(request.address, request.address === 50 ? 0 : request.count);
        request.answer(request.pdu);
      }),
    );
    const { stage } = start();
    await stage.apply({ buses: [tcpBus('net', network.port)] }, [device('a', 'net', 1, 60_000)]);
    const order = async (address: number, expiresAt = Date.now() + 10_000): Promise<OrderProgress[]> => {
      const seen: OrderProgress[] = [];
      const payload: ModbusWrite[] = [{ table: 'holdingRegister', address, values: [40], readBack: true }];
      const conduct = { begin: async () => true, report: (progress: OrderProgress) => void seen.push(progress) };
      stage.execute({ id: 'o', device: 'a', expiresAt, payload }, conduct);
      await vi.waitFor(() => expect(['confirmed', 'failed', 'expired']).toContain(seen.at(-1)?.state));
      return seen;
    };
    expect(await order(40)).toEqual([{ state: 'sent' }, { state: 'confirmed', result: { 'holdingRegister.40': 40 } }]);
    expect((await order(50)).at(-1)).toMatchObject({ state: 'failed', code: 'COMMAND_READBACK' });
    expect(await order(40, Date.now() - 1)).toEqual([{ state: 'expired' }]);
    const unknown: OrderProgress[] = [];
    const begin = vi.fn(async () => false);
    const report = (progress: OrderProgress): void => void unknown.push(progress);
    stage.execute({ id: 'o', device: 'z', expiresAt: 0, payload: [] }, { begin, report });
    expect(unknown).toMatchObject([{ state: 'failed', code: 'COMMAND_DEVICE_UNKNOWN' }]);

    const payload: ModbusWrite[] = [{ table: 'holdingRegister', address: 41, values: [1], readBack: true }];
    stage.execute({ id: 'p', device: 'a', expiresAt: Date.now() + 10_000, payload }, { begin, report });
    await vi.waitFor(() => expect(begin).toHaveBeenCalledOnce());
    await order(40);
    expect(registers.has(41)).toBe(false);
    expect(unknown).toHaveLength(1);
  });

  it('fades a lamp while the bus goes on polling, and lets a later order take its place', async () => {
    const written: number[] = [];
    let level = 100;
    const network = await slave(
      startTcpSlave((request) => {
        if (request.functionCode !== 6) return request.answer(readAnswer(request, () => level));
        level = request.count;
        written.push(level);
        request.answer(request.pdu);
      }),
    );
    const { stage, of } = start();
    await stage.apply({ buses: [tcpBus('net', network.port)] }, [device('a', 'net', 1), device('b', 'net', 2)]);
    const dim = (id: string, value: number, rampMs: number): OrderProgress[] => {
      const seen: OrderProgress[] = [];
      const write: ModbusWrite = { table: 'holdingRegister', address: 7, values: [value], readBack: true, rampMs };
      const conduct = { begin: async () => true, report: (progress: OrderProgress) => void seen.push(progress) };
      stage.execute({ id, device: 'a', expiresAt: Date.now() + 10_000, payload: [write] }, conduct);
      return seen;
    };
    const fade = dim('o', 40, 1_000);
    const polls = of('b').length;
    await vi.waitFor(() => expect(fade.at(-1)?.state).toBe('confirmed'));
    expect(written).toEqual([85, 70, 55, 40]);
    expect(of('b').length).toBeGreaterThan(polls + 4);
    const slow = dim('p', 100, 60_000);
    await vi.waitFor(() => expect(written.length).toBeGreaterThan(4));
    const quick = dim('q', 5, 100);
    await vi.waitFor(() => expect(quick.at(-1)?.state).toBe('confirmed'));
    expect(slow.at(-1)).toMatchObject({ state: 'failed', code: 'COMMAND_REFUSED' });
    expect(level).toBe(5);
  });

  it.each([true, false])('changes single bits of a register, function 22 known to the slave: %s', async (known) => {
    let register = 0b1111_0000;
    const network = await slave(
      startTcpSlave((request) => {
        const { functionCode, pdu } = request;
        if (functionCode === 6) {
          register = request.count;
          request.answer(pdu);
        } else if (functionCode === 0x16 && known) {
          register = (register & pdu.readUInt16BE(3)) | (pdu.readUInt16BE(5) & ~pdu.readUInt16BE(3));
          request.answer(pdu);
        } else if (functionCode === 0x16) {
          request.answer(exceptionAnswer(functionCode, 1));
        } else {
          request.answer(readAnswer(request, () => register));
        }
      }),
    );
    const { stage } = start();
    await stage.apply({ buses: [tcpBus('net', network.port)] }, [device('a', 'net', 1, 60_000)]);
    const seen: OrderProgress[] = [];
    const write: ModbusWrite = {
      table: 'holdingRegister',
      address: 7,
      values: [0b0101],
      readBack: true,
      mask: 0b1_1111,
    };
    const conduct = { begin: async () => true, report: (progress: OrderProgress) => void seen.push(progress) };
    stage.execute({ id: 'o', device: 'a', expiresAt: Date.now() + 10_000, payload: [write] }, conduct);
    await vi.waitFor(() => expect(seen.at(-1)?.state).toBe('confirmed'));
    expect(register).toBe(0b1110_0101);
  });
});
