import { describe, expect, it } from 'vitest';
import { catalogue } from './catalogue.ts';
import { deviceOfEntry, readDeviceCode } from './device-entry.ts';

const CODE = 'LW:D0:70B3D57ED0000001:70B3D5FFFE00AB01:02590001';
const ENTRY = { appKey: '00112233-44556677-8899AABB-CCDDEEFF', model: 'nasys/ul20xx' };

describe('what a technician has in hand', () => {
  it('is a code, and models of its vendor', () => {
    const read = readDeviceCode(`${CODE}:SN42`, catalogue);
    expect(read).toMatchObject({ devEui: '70b3d5fffe00ab01', vendorId: 601, serialNumber: 'N42' });
    expect(read.models.length).toBeGreaterThan(0);
    expect(read.models.every((model) => model.startsWith('milesight/'))).toBe(true);
    expect(readDeviceCode(CODE.replace('02590001', 'FFFF0001'), catalogue).models).toEqual([]);
  });

  it('becomes a device of the document', () => {
    const lorawan = {
      ...{ devEui: '70b3d5fffe00ab01', macVersion: '1.0.3', class: 'A' },
      activation: { mode: 'otaa', joinEui: '70b3d57ed0000001', appKey: '00112233445566778899aabbccddeeff' },
    };
    const device = { id: 'lw-70b3d5fffe00ab01', model: 'nasys/ul20xx', lorawan };
    expect(deviceOfEntry({ ...ENTRY, code: CODE }, catalogue)).toEqual(device);
    const typed = { devEui: '70:b3:d5:ff:fe:00:ab:01', joinEui: '70-B3-D5-7E-D0-00-00-01' };
    expect(deviceOfEntry({ ...ENTRY, ...typed }, catalogue)).toEqual(device);
    const appKey = ENTRY.appKey.replaceAll('-', '').replaceAll(/(..)(?!$)/g, '0x$1, ');
    expect(deviceOfEntry({ ...ENTRY, ...typed, appKey }, catalogue)).toEqual(device);
    expect(deviceOfEntry({ ...ENTRY, ...typed, code: CODE, class: 'C', id: 'lamp' }, catalogue)).toMatchObject({
      id: 'lamp',
      lorawan: { class: 'C' },
    });
  });

  it.each([
    [{ code: 'LW:D0:1' }, 'DEVICE_CODE_MALFORMED'],
    [{ code: `${CODE}:C0000` }, 'DEVICE_CODE_CHECKSUM'],
    [{ code: CODE, devEui: '70b3d5fffe00ab02' }, 'DEVICE_CODE_MALFORMED'],
    [{ devEui: '70b3d5fffe00ab01' }, 'DEVICE_CODE_MALFORMED'],
    [{ devEui: '70b3d5fffe00ab0', joinEui: '70b3d5fffe00ab01' }, 'EUI_INVALID'],
    [{ devEui: '70b3d5fffe00ab01', joinEui: 'not an EUI at all' }, 'EUI_INVALID'],
    [{ code: CODE, appKey: 'no key' }, 'KEY_INVALID'],
  ])('is refused: %o', (entry, code) => {
    expect(() => deviceOfEntry({ ...ENTRY, ...entry }, catalogue)).toThrow(expect.objectContaining({ code }));
  });
});
