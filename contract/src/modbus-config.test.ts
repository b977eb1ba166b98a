import { describe, expect, it } from 'vitest';
import { checkReferences } from './config-references.ts';
import { GatewayConfig } from './gateway-config.ts';
import { validate } from './validate.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const tcp = { id: 'bus', type: 'tcp', host: '192.0.2.1', port: 502 };
const rtu = { id: 'bus', type: 'rtu', path: '/dev/ttyUSB0', baudRate: 9_600, parity: 'even', stopBits: 1 };
const tls = { ...tcp, type: 'tls', port: 802, ca: PEM };
const meter = { bus: 'bus', unit: 1, intervalMs: 1_000 };

function problems(bus: object, modbus: object = meter): string[] {
  const checked = validate(GatewayConfig, {
    schema: 1,
    revision: 1,
    modbus: { buses: [bus] },
    devices: [{ id: 'meter', model: 'acme/meter', modbus }],
  });
  if (!checked.ok) return checked.violations.map(({ path }) => `schema ${path}`);
  return checkReferences(checked.value).map(({ path, message }) => `${path} ${message}`);
}

describe('a Modbus bus', () => {
  it.each<[object, object]>([
    [tcp, { ...meter, unit: 0 }],
    [tls, { ...meter, unit: 0 }],
    [
      { ...tcp, type: 'udp' },
      { ...meter, unit: 255 },
    ],
    [{ ...tls, certificate: PEM, key: PEM }, meter],
    [{ ...tcp, timeoutMs: 500, retries: 0, pauseMs: 50, connectDelayMs: 1_000, closeAfterPoll: true }, meter],
    [{ ...rtu, framing: 'ascii', dataBits: 7, echo: true, pauseMs: 20 }, meter],
    [{ ...tcp, type: 'rtu-over-tcp', framing: 'ascii', echo: false }, meter],
    [tcp, { ...meter, timeoutMs: 5_000, retries: 3, pauseMs: 200, writeBy: 'multiple' }],
  ])('takes %j with %j', (bus, device) => {
    expect(problems(bus, device)).toEqual([]);
  });

  it('has no unit 0 on a serial line, and says why', () => {
    const [problem] = problems(rtu, { ...meter, unit: 0 });
    expect(problem).toMatch(/^\/devices\/0\/modbus\/unit .*broadcast/);
    expect(problems({ ...tcp, type: 'rtu-over-tcp' }, { ...meter, unit: 0 })).toHaveLength(1);
  });

  it('has a certificate with its key, and 7 data bits with ASCII frames only', () => {
    expect(problems({ ...tls, certificate: PEM })[0]).toMatch(/together or not at all/);
    expect(problems({ ...rtu, dataBits: 7 })[0]).toMatch(/dataBits .*ascii/);
  });
});
