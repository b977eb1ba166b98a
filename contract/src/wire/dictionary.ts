/**
 * What zstd may take as read before the first byte of a batch: the skeletons of the commonest records, the most common
 * last. Both sides must hold exactly these bytes, so this text never changes; a better one becomes dictionary 2.
 */
const CHANNELS = ['L1', 'L2', 'L3', 'N'];
const QUANTITIES = [
  'elec.voltage elec.current elec.power elec.reactive elec.apparent elec.import elec.export elec.freq elec.pf elec.thd',
  'cab.power cab.energy cab.voltage cab.current cab.door cab.reactive water.flow water.level heat.energy heat.flowTemp heat.returnTemp',
  'wx.temp wx.rh wx.pressure air.pm25 air.pm10 air.co2 noise.laeq gas.volume ev.power ev.energy ev.state pv.power pv.energy',
  'bin.fill bin.distance bin.temp bin.status spot.state parking.free water.volume water.leak water.backflow water.tamper',
  'lamp.fault lamp.voltage lamp.current lamp.pf lamp.hours lamp.dim lamp.state lamp.power lamp.energy dev.battery dev.batteryVoltage',
].flatMap((line) => line.split(' '));

const reading = (quantity: string, channel?: string) =>
  `{"quantity":"${quantity}",${channel === undefined ? '' : `"channel":"${channel}",`}"value":\u0001}`;

const phases = ['elec.power', 'elec.current', 'elec.voltage'].flatMap((quantity) =>
  CHANNELS.slice(0, 3).map((channel) => reading(quantity, channel)),
);
const record = (link: string) =>
  `{"kind":"readings","device":\u0002,"priority":"reading","times":{"receivedAt":\u0001,"clock":"gateway","trusted":true},${link}"codec":{"id":"","version":\u0001},"readings":[`;
const antenna = '{"gateway":\u0002,"antenna":\u0001,"rssiDbm":\u0001,"snrDb":\u0001}';
const link = `"link":{"fCnt":\u0001,"dataRate":"SF7BW125","frequencyHz":\u0001,"rssiDbm":\u0001,"snrDb":\u0001,"receptions":\u0001,"heardBy":[${antenna},${antenna}]},`;

export const DICTIONARY = Buffer.from(
  [
    '"quality":"uncertain","reasons":["outOfBounds","counterReset","clockNotTrusted"]}"deviceAt":\u0001,"clock":"device","trusted":false',
    ...QUANTITIES.map((quantity) => reading(quantity)),
    ...phases,
    record(''),
    `${record(link)}${reading('water.volume')}]}`,
    '{"v":1,"epoch":"","lane":"backlog","batch":1,"sentAt":1',
    '{"v":1,"epoch":"","lane":"live","batch":1,"sentAt":17',
  ].join(','),
);
