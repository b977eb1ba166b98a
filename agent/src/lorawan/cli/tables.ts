import type { DiaryLine } from '../frame-diary.ts';
import type { LorawanDeviceStatus, LorawanStatus } from '../lorawan-status.ts';

/** What the commands print for people. */
export function frameLine({ at, kind, device, text, code }: DiaryLine): string {
  const time = new Date(at).toISOString().slice(11, 23);
  return [time, kind.padEnd(7), (device ?? '').padEnd(20), ...(code ? [code] : []), text].join(' ').trimEnd();
}

export function deviceLines(devices: readonly LorawanDeviceStatus[], now: number): string[] {
  const header = [
    'device',
    'DevEUI',
    'DevAddr',
    'heard',
    'coverage',
    'SNR',
    'RSSI',
    'rate',
    'missed',
    'up',
    'down',
    'orders',
  ];
  const rows = devices.map(
    ({ device, devEui, devAddr, network, lastHeardAt, coverage, quality, link, fCntUp, fCntDown, orders }) => [
      device,
      devEui,
      devAddr ?? network ?? 'not joined',
      lastHeardAt === undefined ? 'never' : `${ago(now - lastHeardAt)} ago`,
      coverage.marginDb === undefined ? coverage.verdict : `${coverage.verdict} ${coverage.marginDb} dB`,
      link ? `${link.snrDb} dB` : '',
      link ? `${link.rssiDbm} dBm` : '',
      link?.dataRate ?? '',
      quality ? `${quality.missed} of ${quality.heard + quality.missed}` : '',
      fCntUp ?? '',
      fCntDown ?? '',
      orders,
    ],
  );
  return table([header, ...rows]);
}

export function airtimeLines(airtime: LorawanStatus['airtime']): string[] {
  const header = ['gateway', 'sub-band', 'allowed', 'used', 'left'];
  const rows = airtime.map(({ gatewayEui, fromHz, toHz, dutyCycle, usedMs, leftMs }) => [
    gatewayEui,
    `${fromHz / 1e6}–${toHz / 1e6} MHz`,
    `${dutyCycle * 100} %`,
    seconds(usedMs),
    seconds(leftMs),
  ]);
  return table([header, ...rows]);
}

function table(rows: readonly (readonly (string | number)[])[]): string[] {
  const widths = (rows[0] ?? []).map((_head, column) =>
    Math.max(...rows.map((row) => String(row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => String(cell).padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}

function ago(milliseconds: number): string {
  const minutes = milliseconds / 60_000;
  if (minutes < 1) return `${Math.max(0, Math.round(milliseconds / 1_000))} s`;
  return minutes < 120 ? `${Math.round(minutes)} min` : `${Math.round(minutes / 60)} h`;
}
