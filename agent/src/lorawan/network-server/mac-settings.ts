import { isDeepStrictEqual } from 'node:util';
import { type LorawanMacSettings, MAX_EIRP_DBM } from '@vigie/contract';
import type { DeviceCommand, NetworkCommand } from './mac-commands.ts';
import { defaultChannelCount, listedFrequencies, type RegionTable, type WindowParameters } from './regions/region.ts';
import { Tries } from './tries.ts';

/** What the network may set in a device, as the command that asks for it. */
export type Setting = Extract<
  NetworkCommand,
  {
    name:
      | 'RXTimingSetupReq'
      | 'RXParamSetupReq'
      | 'DutyCycleReq'
      | 'NewChannelReq'
      | 'DlChannelReq'
      | 'TxParamSetupReq';
  }
>;

type ChannelSetting = Extract<Setting, { channel: number }>;

/** What is kept with a session on the disk, beside its receive windows. */
export interface MacMemory {
  /** What the device took. */
  taken?: Setting[];
  /** Sent, or about to be: an answer speaks of these. */
  asked?: Setting[];
  /** What the device will not have; it is not asked again. */
  refused?: Setting[];
}

const ANSWERS = {
  RXTimingSetupAns: 'RXTimingSetupReq',
  RXParamSetupAns: 'RXParamSetupReq',
  DutyCycleAns: 'DutyCycleReq',
  NewChannelAns: 'NewChannelReq',
  DlChannelAns: 'DlChannelReq',
  TxParamSetupAns: 'TxParamSetupReq',
} as const satisfies Record<string, Setting['name']>;
type Answer = Extract<DeviceCommand, { name: keyof typeof ANSWERS }>;

/** Repeated in every uplink until the device has heard a downlink (LoRaWAN 1.0.4, sections 5.4, 5.7, 5.8 and 5.6). */
const STICKY: ReadonlySet<string> = new Set(['RXTimingSetupAns', 'RXParamSetupAns', 'DlChannelAns', 'TxParamSetupAns']);

/** Whether the device goes on repeating an answer until it hears something, whatever it is. */
export function wantsDownlink(commands: readonly DeviceCommand[]): boolean {
  return commands.some(({ name }) => STICKY.has(name));
}

/**
 * What one session's device was told of its receive windows, channels and limits. A setting counts once the device has
 * answered, and then at once, for the answer to that very uplink: `unsaved` until it is on the disk, since a device that
 * has heard an answer never repeats that it took the setting.
 */
export class MacSettings {
  #windows: WindowParameters;
  #memory: MacMemory;
  #requests: Setting[] = [];
  readonly #tries = new Tries();
  #version = 0;
  #savedVersion = 0;
  /** For these settings there is nothing left to ask. */
  #settled: LorawanMacSettings | undefined;

  constructor(windows: WindowParameters, memory: MacMemory = {}) {
    this.#windows = windows;
    this.#memory = memory;
  }

  get windows(): WindowParameters {
    return this.#windows;
  }

  /** Whether the device took windows that are not its region's. */
  get hasToldWindows(): boolean {
    const taken = this.#memory.taken ?? [];
    return taken.some(({ name }) => name === 'RXTimingSetupReq' || name === 'RXParamSetupReq');
  }

  get asked(): readonly Setting[] {
    return this.#memory.asked ?? [];
  }

  get refused(): readonly Setting[] {
    return this.#memory.refused ?? [];
  }

  /** For the next downlink after an uplink; empty until they are on the disk. */
  get requests(): readonly Setting[] {
    return this.unsaved ? [] : this.#requests;
  }

  /** Whether the next downlink has something to ask, once it is on the disk. */
  get hasRequests(): boolean {
    return this.#requests.length > 0;
  }

  get unsaved(): boolean {
    return this.#version !== this.#savedVersion;
  }

  get version(): number {
    return this.#version;
  }

  saved(version: number): void {
    this.#savedVersion = Math.max(this.#savedVersion, version);
  }

  snapshot(): WindowParameters & { mac?: MacMemory } {
    const { rx1DelayMs, rx1DrOffset, rx2FrequencyHz, rx2DataRate } = this.#windows;
    const isEmpty = Object.values(this.#memory).every((list) => list.length === 0);
    return { rx1DelayMs, rx1DrOffset, rx2FrequencyHz, rx2DataRate, ...(!isEmpty && { mac: this.#memory }) };
  }

  /** Channels that the device took beside its own, as bits of a channel mask. */
  get extraChannelMask(): number {
    const taken = this.#channels().filter(({ frequencyHz }) => frequencyHz > 0);
    return taken.reduce((mask, { channel }) => mask | (1 << channel), 0);
  }

  /** Whether the device took it that a downlink may last as long as it likes, where its region bounds that. */
  get isDownlinkDwellFree(): boolean {
    const taken = this.#memory.taken?.find(({ name }) => name === 'TxParamSetupReq');
    return taken?.name === 'TxParamSetupReq' && !taken.downlinkDwell;
  }

  /** Takes note of the answers in a new uplink, and of the channel it came on, which may prove what an answer would. */
  heard(region: RegionTable, commands: readonly DeviceCommand[], frequencyHz: number): void {
    for (const command of commands) if (isAnswer(command)) this.#answered(command);
    const proven = this.asked.find((asked) => asked.name === 'NewChannelReq' && asked.frequencyHz === frequencyHz);
    if (!proven || region.gatewayChannels.narrowHz.includes(frequencyHz)) return;
    if (!this.#channels().some((channel) => channel.frequencyHz === frequencyHz)) this.#settle(proven, true);
  }

  /** The next downlink is to ask for what is wanted and not so, one of a kind at a time. */
  plan(target: MacTarget, commands: readonly DeviceCommand[]): void {
    const { region, wanted } = target;
    this.#requests = [];
    if (this.#settled === wanted) return;
    const open = wantedSettings(target, this).filter((setting) => !this.#isSettled(region, setting));
    if (open.length === 0) {
      this.#settled = wanted;
      return;
    }
    if (!this.#tries.next()) return;
    // While a device repeats an answer, the next one of its kind could not be told from it.
    const answered = new Set(commands.filter(isAnswer).map(({ name }) => ANSWERS[name]));
    const kinds = new Set<string>(answered);
    for (const setting of open) {
      if (kinds.has(setting.name)) continue;
      kinds.add(setting.name);
      this.#requests.push(setting);
    }
    if (this.#requests.length === 0) return;
    const others = this.asked.filter(({ name }) => !this.#requests.some((request) => request.name === name));
    const asked = [...others, ...this.#requests];
    if (!isDeepStrictEqual(asked, this.asked)) this.#change({ asked });
  }

  /** The requests went out. */
  sent(): void {
    this.#requests = [];
  }

  #answered(answer: Answer): void {
    const name = ANSWERS[answer.name];
    const asked = this.asked.find((setting) => setting.name === name);
    this.#tries.reset();
    // A repetition: what it speaks of is settled.
    if (asked) this.#settle(asked, isConsent(answer));
  }

  #settle(asked: Setting, taken: boolean): void {
    const rest = this.asked.filter((other) => other !== asked);
    this.#settled = undefined;
    if (!taken) {
      this.#change({ asked: rest, refused: [...this.refused, asked].slice(-MAX_REFUSED) });
      return;
    }
    const isReplaced = (other: Setting) =>
      placeOf(other) === placeOf(asked) ||
      // A channel that is made anew is answered on itself again.
      (asked.name === 'NewChannelReq' && other.name === 'DlChannelReq' && other.channel === asked.channel);
    const others = (this.#memory.taken ?? []).filter((other) => !isReplaced(other));
    this.#change({ asked: rest, taken: [...others, asked] });
    if (asked.name === 'RXTimingSetupReq') {
      this.#windows = { ...this.#windows, rx1DelayMs: asked.delaySeconds * 1_000 };
    } else if (asked.name === 'RXParamSetupReq') {
      const { rx1DrOffset, rx2DataRate, frequencyHz: rx2FrequencyHz } = asked;
      this.#windows = { ...this.#windows, rx1DrOffset, rx2DataRate, rx2FrequencyHz };
    }
  }

  #change(change: MacMemory): void {
    this.#memory = { ...this.#memory, ...change };
    this.#version += 1;
  }

  #isSettled(region: RegionTable, setting: Setting): boolean {
    const same = (other: Setting) => isDeepStrictEqual(other, setting);
    return isDeepStrictEqual(this.#current(region, setting), setting) || this.refused.some(same);
  }

  /** What the device has in the place of a setting. */
  #current(region: RegionTable, setting: Setting): Setting | undefined {
    const { rx1DelayMs, rx1DrOffset, rx2DataRate, rx2FrequencyHz: frequencyHz } = this.#windows;
    if (setting.name === 'RXTimingSetupReq') return { name: setting.name, delaySeconds: rx1DelayMs / 1_000 };
    if (setting.name === 'RXParamSetupReq') return { name: setting.name, rx1DrOffset, rx2DataRate, frequencyHz };
    const taken = this.#memory.taken?.find((other) => placeOf(other) === placeOf(setting));
    if (taken) return taken;
    if (setting.name === 'DutyCycleReq') return { name: setting.name, maxDutyCycle: 0 };
    if (setting.name === 'DlChannelReq') return { ...setting, frequencyHz: this.uplinkFrequencyHz(region, setting) };
    return undefined;
  }

  /** Of a channel that the device knows; 0 where it knows none. */
  uplinkFrequencyHz(region: RegionTable, { channel }: { channel: number }): number {
    const taken = this.#channels().find((other) => other.channel === channel);
    return taken?.frequencyHz ?? region.gatewayChannels.narrowHz[channel] ?? 0;
  }

  #channels(): Extract<Setting, { name: 'NewChannelReq' }>[] {
    return (this.#memory.taken ?? []).filter((setting) => setting.name === 'NewChannelReq');
  }

  /** What the device was told of channels; the configuration may have dropped some since. */
  takenChannels(): ChannelSetting[] {
    return (this.#memory.taken ?? []).filter((setting) => 'channel' in setting);
  }

  /** RX1's frequency after an uplink on this one, where the device was told another. */
  rx1FrequencyHz(region: RegionTable, uplinkFrequencyHz: number): number | undefined {
    const told = this.takenChannels().find(
      (setting) => setting.name === 'DlChannelReq' && this.uplinkFrequencyHz(region, setting) === uplinkFrequencyHz,
    );
    return told?.frequencyHz;
  }
}

const MAX_REFUSED = 32;

/** What a device is to be told. */
export interface MacTarget {
  region: RegionTable;
  wanted: LorawanMacSettings;
  /** The device got the region's channel list when it joined. */
  hasChannelList: boolean;
}

function wantedSettings(target: MacTarget, device: MacSettings): Setting[] {
  const { region, wanted } = target;
  const { rx1DelaySeconds, rx1DrOffset = 0, rx2 = region.rx2, maxDutyCycle = 0, txParams } = wanted;
  const { frequencyHz, dataRate: rx2DataRate } = rx2;
  return [
    { name: 'RXTimingSetupReq', delaySeconds: rx1DelaySeconds ?? region.receiveDelay1Ms / 1_000 },
    { name: 'RXParamSetupReq', rx1DrOffset, rx2DataRate, frequencyHz },
    { name: 'DutyCycleReq', maxDutyCycle },
    ...wantedChannels(target, device),
    ...(txParams && region.hasTxParams ? [txParamSetting(txParams)] : []),
  ];
}

function txParamSetting({ maxEirpDbm, ...dwell }: NonNullable<LorawanMacSettings['txParams']>): Setting {
  return { name: 'TxParamSetupReq', ...dwell, maxEirp: (MAX_EIRP_DBM as readonly number[]).indexOf(maxEirpDbm) };
}

/** New channels first, since a downlink frequency needs its channel; then those that the configuration has no more. */
function wantedChannels({ region, wanted, hasChannelList }: MacTarget, device: MacSettings): Setting[] {
  const { channels = [] } = wanted;
  const own = defaultChannelCount(region);
  if (own === undefined) return [];
  const listed = hasChannelList ? listedFrequencies(region) : [];
  const isListed = (channel: (typeof channels)[number]) =>
    listed[channel.index - own] === channel.frequencyHz && channel.minDataRate === 0 && channel.maxDataRate === 5;
  const fresh = channels.filter((channel) => channel.index >= own && !isListed(channel)).map(channelSetting);
  const isThere = (channel: number) => device.uplinkFrequencyHz(region, { channel }) > 0;
  const downlinks = channels.flatMap(({ index, downlinkFrequencyHz }): Setting[] =>
    downlinkFrequencyHz === undefined || !isThere(index)
      ? []
      : [{ name: 'DlChannelReq', channel: index, frequencyHz: downlinkFrequencyHz }],
  );
  const places = new Set([...fresh, ...downlinks].map(placeOf));
  const dropped = device.takenChannels().filter((setting) => !places.has(placeOf(setting)));
  const back = dropped.flatMap((setting): Setting[] => {
    if (setting.name === 'NewChannelReq') return [{ ...setting, frequencyHz: 0 }];
    return isThere(setting.channel) ? [{ ...setting, frequencyHz: device.uplinkFrequencyHz(region, setting) }] : [];
  });
  return [...fresh, ...downlinks, ...back];
}

function channelSetting({ index, frequencyHz, minDataRate, maxDataRate }: Channel): Setting {
  return { name: 'NewChannelReq', channel: index, frequencyHz, maxDataRate, minDataRate };
}
type Channel = NonNullable<LorawanMacSettings['channels']>[number];

/** One value stands in each place. */
function placeOf(setting: Setting): string {
  return 'channel' in setting ? `${setting.name}/${setting.channel}` : setting.name;
}

function isAnswer(command: DeviceCommand): command is Answer {
  return command.name in ANSWERS;
}

/** A request is taken as a whole or not at all. */
function isConsent(answer: Answer): boolean {
  return Object.values(answer).every((value) => value !== false);
}
