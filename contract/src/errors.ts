/**
 * Every code that a person or a program can meet, with a sentence that says what to do. A test checks that each is
 * explained in docs and that each code thrown in the source stands here.
 */
export const ERRORS = {
  // configuration
  CONFIG_INVALID: 'The configuration breaks its schema: correct the properties that the message names.',
  CONFIG_REFERENCE: 'The configuration refers to something that it does not define: correct the named property.',
  CONFIG_MODEL_UNKNOWN: 'The catalogue has no such model: update the gateway or choose another model.',
  CONFIG_MODEL_INVALID:
    'A model that the configuration brings along cannot be used: correct its mapping or registers as the message says.',
  CONFIG_PORT_BUSY: 'The address cannot be listened on: another program holds it, or it is not of this machine.',
  CONFIG_BUS_FAILED: 'The serial port cannot be opened: check its path, its rights and that nothing else uses it.',
  CONFIG_INTERRUPTED:
    'The gateway restarted while it applied the document: check its log, correct the document and send it again.',
  CONFIG_STALE: 'The document is older than the one in force: send one with a higher revision.',
  // enrolment and identity
  CLAIM_MALFORMED: 'The claim is not of the form vigie:HOST:PORT#FINGERPRINT/CODE: scan or type it again.',
  CLAIM_REFUSED: 'The claim code is unknown, used or expired: ask an operator for a new one.',
  CLAIM_LOCKED: 'Too many wrong claim codes: wait a quarter of an hour and try again.',
  CA_MISMATCH: 'The server that answered is not the one that the claim names: do not go on, tell an operator.',
  CSR_INVALID: 'The certificate request cannot be read or its signature is wrong: run the enrolment again.',
  NOT_ENROLLED: 'This gateway has no identity yet: run vigie-agent enrol with a claim.',
  ALREADY_ENROLLED:
    'This gateway has an identity already: use --force to replace it, and restart the agent afterwards.',
  STATE_KEY_MISSING:
    'The key that seals the state of this gateway is not there: put it back, or start the service that brings it.',
  STATE_KEY_WRONG: 'The key does not open the state of this gateway: put the right one back, or enrol it anew.',
  STATE_FAILED:
    'The files of this gateway cannot be opened: check the space, the rights and the health of its disk; where the state is damaged, enrol anew in a fresh folder.',
  AGENT_NOT_RUNNING: 'No agent runs on this data folder: start it, or name its folder with --data.',
  EUI_INVALID:
    'This is no EUI: write its 16 hexadecimal digits, small or capital, together or apart by colons, hyphens or spaces.',
  KEY_INVALID:
    'This is no key: write its 32 hexadecimal digits, small or capital, together or apart by colons, hyphens or spaces.',
  DEVICE_CODE_MALFORMED: 'This is no LoRaWAN device code (LW:D0:…), or a number in it is wrong: scan or type it again.',
  DEVICE_CODE_CHECKSUM: 'The checksum of the device code does not agree with it: scan or type it again.',
  SERVER_UNREACHABLE: 'The fleet server does not answer: check the network and the address.',
  // uplink
  RECORD_INVALID: 'The record breaks its schema and was kept aside.',
  BATCH_INVALID: 'The batch cannot be read and was refused.',
  SERVER_BUSY:
    'The server holds as much as it may that is not stored yet: the gateway comes back later; give the server a faster disk.',
  EPOCHS_TOO_MANY:
    'The gateway began more new buffers in an hour than a sound one does in its life: look at its disk and its log.',
  MESSAGE_INVALID: 'The other side said something that is not of the protocol; it was dropped and counted.',
  PROTOCOL_UNSUPPORTED: 'The other side speaks a version that is not supported: update the older of the two.',
  BUFFER_FULL: 'The buffer has reached its limit and the least important records were dropped.',
  BUFFER_EXPIRED: 'Records older than the limit were dropped.',
  BUFFER_OVERLOAD: 'More records came in than the disk can take: the newest were dropped and counted.',
  BUFFER_FAILED: 'The disk refused to store records: check its space and health.',
  BUFFER_CORRUPT: 'The buffer on disk was damaged; it was set aside and a new one begun.',
  // decoding
  MODEL_UNKNOWN: 'The catalogue has no definition of this name.',
  DECODE_FAILED: 'The payload does not match the definition of its device.',
  DECODE_PORT_UNKNOWN: 'The definition knows nothing of this FPort.',
  DECODE_UNKNOWN:
    'The model knows nothing of this frame: another firmware or another device? Look at the model that is configured.',
  SAMPLE_KNOWN: 'The samples of this message were told before and are stored.',
  SAMPLE_TIME_INVALID: 'A sample of the device is dated before 2015 or in the future: set the clock of the device.',
  PARAMETER_INVALID:
    'A parameter of the device is unknown to its model, missing, or out of its bounds: correct it as the message says.',
  DECODE_EMPTY: 'The message holds no reading.',
  DECODE_PART: 'A part of a message that comes in several frames: it is decoded when the last one is there.',
  DECODE_PART_MISSING:
    'A frame of a message in several parts was lost: the message cannot be decoded, the next one can.',
  QUANTITY_UNKNOWN: 'The definition or mapping names a quantity that the vocabulary does not have: correct it.',
  VALUE_INVALID: 'The value is not of the kind that its quantity wants: correct the definition or mapping.',
  MAPPING_INVALID: 'The mapping file breaks its schema or the vocabulary: correct the places that the message names.',
  CODEC_SYNTAX: 'The codec is not valid JavaScript.',
  CODEC_EXCEPTION: 'The codec threw an exception.',
  CODEC_TIMEOUT: 'The codec used more than its time and was stopped.',
  CODEC_MEMORY: 'The codec used more than its memory and was stopped.',
  CODEC_RESULT: 'The codec returned something that is not plain data.',
  CODEC_UNREADABLE: 'The file of the codec cannot be read: check its path and rights.',
  CODEC_FUNCTION_MISSING: 'The codec does not define the function that was called.',
  // commands
  COMMAND_UNKNOWN: 'The device has no such command.',
  COMMAND_ARGUMENT: 'An argument of the command is missing, of the wrong type or out of its bounds.',
  COMMAND_EXPIRED: 'The command expired before it could be executed.',
  COMMAND_DEVICE_UNKNOWN: 'The gateway has no such device.',
  COMMAND_READBACK: 'The device accepted the write but reads back another value.',
  COMMAND_INTERRUPTED: 'The gateway stopped while the command was under way: whether it took effect is not known.',
  COMMAND_REFUSED: 'The device or its bus refused the command.',
  // LoRaWAN
  LORAWAN_DATAGRAM_INVALID: 'The datagram is not Semtech UDP (GWMP) version 1 or 2.',
  LORAWAN_MESSAGE_INVALID: 'The message is not of the protocol of this source.',
  LORAWAN_NETWORK_UNREACHABLE: 'The network server of this source cannot be reached: check its address and account.',
  LORAWAN_STATION_REFUSED: 'The station has no valid token or identity: check its tc.key and its EUI.',
  LORAWAN_GATEWAY_MOVED:
    'A packet forwarder speaks from another address than before: if nobody moved it, name its address under allow.',
  LORAWAN_FRAME_INVALID: 'The frame is too short, too long or of a type that a network does not receive.',
  LORAWAN_CRC: 'The concentrator reports a CRC error.',
  LORAWAN_DEVICE_UNKNOWN: 'No device with this DevAddr or DevEUI is configured here.',
  LORAWAN_JOINEUI_MISMATCH:
    'The device asks to join with another JoinEUI than is configured, as the message says: correct it in its configuration.',
  LORAWAN_DEVEUI_MISMATCH:
    'A device asks to join whose DevEUI is configured from its other end, or in the place of the JoinEUI: correct its configuration.',
  LORAWAN_MIC_INVALID: 'The message integrity code is wrong: wrong key or forged frame.',
  LORAWAN_FCNT_REPLAY: 'The frame counter was seen already: a replay, or an ABP device that was restarted.',
  LORAWAN_RETRANSMISSION: 'The device sent the frame again; it was known already.',
  LORAWAN_DEVNONCE_USED: 'The join request uses a DevNonce that was used before.',
  LORAWAN_DUPLICATE: 'Another antenna heard the same frame.',
  LORAWAN_NO_PAYLOAD: 'The frame carries no application payload.',
  LORAWAN_VERSION_UNSUPPORTED: 'The device speaks LoRaWAN 1.1 or later: set it to 1.0.2, 1.0.3 or 1.0.4.',
  LORAWAN_FCNT_GAP:
    'More frames were missed than the standard allows: let the device join again, or give fCntUp of an ABP device.',
  LORAWAN_OVERLOADED: 'More came in than the gateway can hold: look for a flood, or for a slow disk.',
  LORAWAN_NOT_STORED: 'The frame could not be stored: look at the disk of the gateway.',
  LORAWAN_TX_REFUSED: 'The packet forwarder refused to transmit: the message says why.',
  LORAWAN_TX_POWER: 'The packet forwarder does not have this power in its table: the next lower one is used.',
  LORAWAN_TX_UNANSWERED: 'The packet forwarder did not say whether it transmitted: check that it runs.',
  LORAWAN_NOT_ACKNOWLEDGED: 'The device did not acknowledge the downlink: check that it is on and in range.',
  LORAWAN_DUTY_CYCLE: 'The sub-band has no airtime left for this in the running hour: it goes out later.',
  LORAWAN_DOWNLINK_TOO_LONG:
    'The downlink is longer than the receive windows of the device carry: shorten it, or raise the data rate of RX2.',
  LORAWAN_HEARD_ELSEWHERE: 'A neighbouring gateway heard a frame that was known already; its link was noted.',
  LORAWAN_HOME_ELSEWHERE: 'Another gateway is, or is about to become, the home of this device and answers it.',
  LORAWAN_FRAME_LATE: 'A frame passed on by a neighbour came too late to tell it from a replay.',
  LORAWAN_SESSION_ENDED: 'The device has left this session for a newer one: the frame is a replay, or came too late.',
  LORAWAN_PASS_LIMIT: 'More frames of other gateways were heard than are passed on in a minute: look for a flood.',
  LORAWAN_BACKUP_OVERDUE:
    'The device was answered too often since the fleet server had its last backup: bring the gateway online.',
  LORAWAN_HOME_MOVED: 'The home of the device moved to another gateway, as the message says.',
  GATEWAY_OFFLINE: 'The gateway is away, as the message says: look at its power and its link; its readings wait there.',
  GATEWAY_BACK: 'The gateway is back; what it kept meanwhile comes in late.',
  GATEWAY_FLAPPING:
    'The gateway connects again and again, as the message says: look at its signal, its power and its log; its readings come in late.',
  GATEWAY_STEADY: 'The gateway has not had to connect again for half an hour.',
  CONFIG_REFUSED: 'The gateway refused a document, as the message says, and goes on by the one before: correct it.',
  DEVICE_SILENT:
    'The device was heard regularly and is not any more, by its own habits: look at its battery, its place and its antenna.',
  DEVICE_BACK: 'The device is heard again.',
  DEVICE_ALARM: 'The device raised an alarm without a reading: look it up in its manual by the bytes given here.',
  LORAWAN_MIC_FAILING:
    'Frames of the device fail their check again and again: its key is another one than in its configuration, or somebody forges them.',
  GATEWAY_REPLACED:
    'Another box enrolled as this gateway. The message says how many LoRaWAN sessions it was given, and which devices must join again.',
  LORAWAN_HOME_STUCK: 'The home of the device cannot move: the message says what stands against it.',
  LORAWAN_FRAMES_DROPPED: 'Frames that wait for their home gateway were dropped: bring that gateway online.',
  // Modbus
  MODBUS_TIMEOUT: 'The slave did not answer in time: check address, wiring, speed and parity.',
  MODBUS_CRC: 'The answer has a wrong checksum: check wiring, termination and parity.',
  MODBUS_EXCEPTION: 'The slave answered with an exception.',
  MODBUS_RESPONSE_INVALID: 'The answer is not the one to this request.',
  MODBUS_CONNECTION: 'The connection or the serial port failed.',
  MODBUS_DEVICE_SILENT:
    'The device fails to answer; its last readings are old and it is asked rarely until it is back.',
  MODBUS_DEVICE_BACK: 'The device answers again.',
  MODBUS_LINE_OVERLOADED: 'The polls need more time than the line has: lengthen intervals as the message says.',
  READING_UNCHANGED: 'The value was not passed on, as the reporting of its device asks.',
  MODBUS_CANCELLED: 'The poll was given up: the configuration changed or the gateway stopped.',
  // doors
  DOOR_REFUSED: 'A connection was closed, as the message says: if it was yours, look at what opens it and how often.',
  HOST_REFUSED: 'The address in the request is not one of this machine: use the loopback address.',
  // API
  JSON_INVALID: 'This is not JSON: correct it at the place that the message names.',
  UNAUTHENTICATED: 'Sign in first.',
  FORBIDDEN: 'Your role does not allow this.',
  NOT_FOUND: 'There is no such thing, or it is not yours.',
  CONFLICT: 'The thing exists already or was changed meanwhile: read it again.',
  REQUEST_INVALID: 'The request breaks its schema: correct the properties that the message names.',
  QUERY_UNKNOWN: 'The query has a member that the address does not know: take it out, or correct its name.',
  PAYLOAD_TOO_LARGE: 'The request is larger than allowed.',
  RATE_LIMITED: 'Too many requests: wait as long as the Retry-After header says.',
  METHOD_NOT_ALLOWED: 'This address does not take that method: the Allow header names those that it takes.',
  NAME_UNAVAILABLE: 'This name or id cannot be used here: choose another one.',
  PASSWORD_CHANGE_REQUIRED: 'The password was made up for you: change it before anything else.',
  PASSWORD_WEAK:
    'The password is among those that are guessed first: choose several words that do not belong together.',
  SIGN_IN_THROTTLED: 'Somebody guesses passwords: look where the attempts come from, as the message says.',
  GATEWAY_REFUSED:
    'A gateway came with an identity that was revoked or replaced: enrol it anew, or find who holds its key.',
  IDENTITY_CLONED:
    'Two places use the identity of this gateway in turns: revoke it, find the copy and enrol the right one anew.',
  CLAIM_GUESSED: 'Somebody guesses claim codes: look where the attempts come from, as the message says.',
  STORAGE_FULL: 'The disk of the database is full: make space, or lengthen it; nothing was lost that was acknowledged.',
  STORAGE_FAILED: 'The disk of the database fails: look at the log of the kernel, and restore the database elsewhere.',
  DATABASE_UNREACHABLE: 'The database does not answer: check that it runs, its address and its password.',
  INSTALLATION_MISSING:
    'There is no installation in this folder: name the right one with --data, or make one with vigie-server init.',
  MASTER_KEY_MISSING: 'The key that seals the database of this installation is not there: put master.key back.',
  MASTER_KEY_WRONG: 'The key does not open what this installation sealed: put the right master.key back.',
  FILE_MISSING: 'There is no such file or folder, or it is the one where the other is wanted: correct its path.',
  FILE_FORBIDDEN:
    'The file or folder belongs to somebody else: run the command with sudo or as its owner, or correct its rights.',
  PROGRAM_MISSING: 'A program that this needs is not installed: install the package of the system that holds it.',
  PORT_BUSY: 'The port is taken, or not ours to take: stop the other program or choose another port.',
  LOGIN_FAILED: 'User or password is wrong.',
  INTERNAL: 'Something went wrong on our side; the log has the details under this request id.',
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** An error that a person can meet. Expected outcomes inside a program are unions, not exceptions. */
export class VigieError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail === undefined ? ERRORS[code] : `${detail}. ${ERRORS[code]}`, options);
    this.name = 'VigieError';
    this.code = code;
  }
}
