import { counter, delta, gauge, perPhase, perPhaseRst, type Quantity, sdm, state, time } from './quantity.ts';

const ON_OFF = ['on', 'off'] as const;
const OK_FAULT = ['ok', 'fault'] as const;
const YES_NO = ['yes', 'no'] as const;
/** Meters of homes: what they say is personal until it is aggregated. */
const home = { privacy: 'personal' } as const;
const operational = { privacy: 'operational' } as const;
/** Litres of gas, watt-hours of heat: what a home uses in an hour is far less than the unit. */
const THOUSANDTH = 0.001;
const HUNDREDTH = 0.01;

const LAMP = 'Streetlight';
const CABINET = 'StreetlightControlCabinet';
const AC = 'ThreePhaseAcMeasurement';
const WATER = 'WaterConsumptionObserved';
const METER = 'SmartMeteringObservation';
const BIN = 'WasteContainer';
const AIR = 'AirQualityObserved';
const WEATHER = 'WeatherObserved';

/**
 * Every quantity that a reading can name: one table, from which the schema, the reference page and all mappings are
 * made. A counter is an integer in its unit, or a multiple of its resolution; the quantity `elec.power` without a channel is the total and with
 * channel L1 that of a phase; voltages between phases are `elec.voltageLL` with channels L12, L23 and L31.
 */
export const VOCABULARY = {
  // Streetlight
  'lamp.power': gauge('W', 'Active power of a lamp', {
    bounds: [0, 5_000],
    smartDataModel: sdm(`${LAMP}.powerConsumption`, 'W'),
    observedProperty: 'ActivePower',
  }),
  'lamp.energy': counter('W.h', 'Energy a lamp has used', {
    smartDataModel: sdm(`${LAMP}.lifetimePowerConsumption`, 'W.h'),
    observedProperty: 'ActiveEnergy',
  }),
  'lamp.dim': gauge('%', 'Light level that a lamp is set to', {
    bounds: [0, 100],
    smartDataModel: sdm(`${LAMP}.illuminanceLevel`, '1'),
    observedProperty: 'DimensionlessRatio',
  }),
  'lamp.state': state('Whether a lamp is lit', ['on', 'off', 'low', 'bootingUp'], {
    smartDataModel: sdm(`${LAMP}.powerState`, ''),
  }),
  'lamp.fault': state('Condition of a lamp', ['ok', 'brokenLantern', 'columnIssue', 'defectiveLamp'], {
    smartDataModel: sdm(`${LAMP}.status`, ''),
  }),
  'lamp.voltage': gauge('V', 'Supply voltage of a lamp', {
    bounds: [0, 600],
    smartDataModel: sdm(`${LAMP}.voltage`, 'V'),
    observedProperty: 'Voltage',
  }),
  'lamp.current': gauge('A', 'Supply current of a lamp', {
    bounds: [0, 25],
    smartDataModel: sdm(`${LAMP}.current`, 'A'),
    observedProperty: 'ElectricCurrent',
  }),
  'lamp.pf': gauge('1', 'Power factor of a lamp', {
    bounds: [-1, 1],
    smartDataModel: sdm(`${LAMP}.powerFactor`, '1'),
    observedProperty: 'PowerFactor',
  }),
  'lamp.motion': counter('{count}', 'Movements that a lamp has seen', {
    smartDataModel: sdm(`${LAMP}.lifetimeMotionDetected`, '{count}'),
  }),
  'lamp.lastOn': time('When a lamp was last switched on', {
    smartDataModel: sdm(`${LAMP}.dateLastSwitchingOn`, ''),
  }),
  'lamp.hours': counter('h', 'Hours that a lamp has been lit', { observedProperty: 'Time' }),
  'lamp.starts': counter('{count}', 'Times that a lamp was switched on'),
  'lamp.temp': gauge('Cel', 'Temperature of a lamp or its driver', { bounds: [-60, 150] }),

  // StreetlightControlCabinet
  'cab.power': gauge('W', 'Active power of a lighting cabinet', {
    bounds: [-1_000_000, 1_000_000],
    smartDataModel: sdm(`${CABINET}.totalActivePower`, 'kW', perPhaseRst('activePower')),
    observedProperty: 'ActivePower',
  }),
  'cab.reactive': gauge('V.A{reactive}', 'Reactive power of a lighting cabinet', {
    bounds: [-1_000_000, 1_000_000],
    smartDataModel: sdm(`${CABINET}.totalReactivePower`, 'kV.A{reactive}', perPhaseRst('reactivePower')),
    observedProperty: 'ReactivePower',
  }),
  'cab.energy': counter('W.h', 'Energy a lighting cabinet has used', {
    smartDataModel: sdm(`${CABINET}.energyConsumed`, 'kW.h'),
    observedProperty: 'ActiveEnergy',
  }),
  'cab.reactiveEnergy': counter('V.A.h{reactive}', 'Reactive energy a lighting cabinet has used', {
    smartDataModel: sdm(`${CABINET}.reactiveEnergyConsumed`, 'kV.A.h{reactive}'),
    observedProperty: 'ReactiveEnergy',
  }),
  'cab.voltage': gauge('V', 'Voltage of a phase in a lighting cabinet', {
    bounds: [0, 600],
    smartDataModel: sdm(CABINET, 'V', perPhaseRst('voltage')),
    observedProperty: 'Voltage',
  }),
  'cab.current': gauge('A', 'Current of a phase in a lighting cabinet', {
    bounds: [0, 1_000],
    smartDataModel: sdm(CABINET, 'A', perPhaseRst('intensity')),
    observedProperty: 'ElectricCurrent',
  }),
  'cab.pf': gauge('1', 'Power factor of a lighting cabinet', { bounds: [-1, 1], observedProperty: 'PowerFactor' }),
  'cab.freq': gauge('Hz', 'Mains frequency in a lighting cabinet', { bounds: [45, 65], observedProperty: 'Frequency' }),
  'cab.door': state('Door of a cabinet', ['open', 'closed']),
  'cab.contactor': state('A contactor of a lighting cabinet; the channel is the circuit', ON_OFF),
  'cab.protection': state('Circuit breaker or surge arrester; the channel is the circuit', ['ok', 'tripped']),
  'cab.mode': state('Who commands a cabinet', ['automatic', 'manual', 'remote']),
  'cab.temp': gauge('Cel', 'Temperature inside a cabinet', { bounds: [-60, 120] }),

  // ThreePhaseAcMeasurement
  'elec.power': gauge('W', 'Active power, positive when consumed', {
    ...home,
    bounds: [-10_000_000, 10_000_000],
    smartDataModel: sdm(`${AC}.totalActivePower`, 'W', perPhase('activePower')),
    observedProperty: 'ActivePower',
  }),
  'elec.reactive': gauge('V.A{reactive}', 'Reactive power', {
    ...home,
    bounds: [-10_000_000, 10_000_000],
    smartDataModel: sdm(`${AC}.totalReactivePower`, 'V.A{reactive}', perPhase('reactivePower')),
    observedProperty: 'ReactivePower',
  }),
  'elec.apparent': gauge('V.A', 'Apparent power', {
    ...home,
    bounds: [-10_000_000, 10_000_000],
    smartDataModel: sdm(`${AC}.totalApparentPower`, 'V.A', perPhase('apparentPower')),
    observedProperty: 'ApparentPower',
  }),
  'elec.demand': gauge('W', 'Active power averaged over the demand period', { ...home, bounds: [-1e7, 1e7] }),
  'elec.apparentMax': gauge('V.A', 'Highest apparent power of the day', { ...home, bounds: [0, 10_000_000] }),
  'elec.import': counter('W.h', 'Active energy consumed; the channel is a phase or a tariff', {
    ...home,
    smartDataModel: sdm(`${AC}.totalActiveEnergyImport`, 'kW.h', perPhase('activeEnergyImport')),
    observedProperty: 'ActiveEnergy',
  }),
  'elec.export': counter('W.h', 'Active energy fed in; the channel is a phase or a tariff', {
    ...home,
    smartDataModel: sdm(`${AC}.totalActiveEnergyExport`, 'kW.h', perPhase('activeEnergyExport')),
    observedProperty: 'ActiveEnergy',
  }),
  'elec.reactive.import': counter('V.A.h{reactive}', 'Reactive energy consumed', {
    ...home,
    smartDataModel: sdm(`${AC}.totalReactiveEnergyImport`, 'kV.A.h{reactive}', perPhase('reactiveEnergyImport')),
    observedProperty: 'ReactiveEnergy',
  }),
  'elec.reactive.export': counter('V.A.h{reactive}', 'Reactive energy fed in', {
    ...home,
    smartDataModel: sdm(`${AC}.totalReactiveEnergyExport`, 'kV.A.h{reactive}', perPhase('reactiveEnergyExport')),
    observedProperty: 'ReactiveEnergy',
  }),
  'elec.apparentEnergy': counter('V.A.h', 'Apparent energy consumed', {
    ...home,
    smartDataModel: sdm(`${AC}.totalApparentEnergyImport`, 'kV.A.h', perPhase('apparentEnergyImport')),
  }),
  'elec.balance': gauge('W.h', 'Active energy consumed less the energy fed in, as the meter sums it', {
    ...home,
    bounds: [-1e12, 1e12],
  }),
  'elec.charge': counter('A.h', 'Electric charge that passed a conductor', { ...home, resolution: HUNDREDTH }),
  'elec.failures': counter('{count}', 'Times that the mains failed', operational),
  'elec.voltage': gauge('V', 'Voltage between a phase and neutral; without channel the average', {
    ...home,
    bounds: [0, 500_000],
    smartDataModel: sdm(AC, 'V', perPhase('phaseVoltage')),
    observedProperty: 'Voltage',
  }),
  'elec.voltageLL': gauge('V', 'Voltage between two phases: channels L12, L23, L31', {
    ...home,
    bounds: [0, 1_000_000],
    smartDataModel: sdm(AC, 'V', perPhase('phaseToPhaseVoltage', ['L12', 'L23', 'L31'])),
    observedProperty: 'Voltage',
  }),
  'elec.current': gauge('A', 'Current of a phase or of the neutral (N)', {
    ...home,
    bounds: [-10_000, 10_000],
    smartDataModel: sdm(AC, 'A', perPhase('current', ['L1', 'L2', 'L3', 'N'])),
    observedProperty: 'ElectricCurrent',
  }),
  'elec.freq': gauge('Hz', 'Mains frequency', {
    bounds: [45, 65],
    smartDataModel: sdm(`${AC}.frequency`, 'Hz'),
    observedProperty: 'Frequency',
  }),
  'elec.pf': gauge('1', 'Power factor', {
    bounds: [-1, 1],
    smartDataModel: sdm(`${AC}.totalPowerFactor`, '1', perPhase('powerFactor')),
    observedProperty: 'PowerFactor',
  }),
  'elec.thd': gauge('%', 'Total harmonic distortion of a voltage', {
    bounds: [0, 400],
    smartDataModel: sdm(AC, '1', perPhase('thdVoltage')),
    observedProperty: 'TotalHarmonicDistortion',
  }),
  'elec.thdCurrent': gauge('%', 'Total harmonic distortion of a current', {
    bounds: [0, 1_000],
    smartDataModel: sdm(AC, '1', perPhase('thdCurrent')),
  }),
  'elec.phaseAngle': gauge('deg', 'Angle between voltage and current', { bounds: [-360, 360] }),
  'elec.tariff': state('Name of the tariff in force, as the meter gives it', undefined, home),
  'elec.subscribed': gauge('V.A', 'Subscribed apparent power', { ...home, bounds: [0, 10_000_000] }),
  'elec.breaker': state('Cut-off device of a meter', ['closed', 'open', 'fault', 'unknown'], home),
  'elec.overcurrent': state('Current above its limit', YES_NO),

  // WaterConsumptionObserved
  'water.volume': counter('L', 'Water consumed', {
    ...home,
    smartDataModel: sdm(`${WATER}.waterConsumption`, 'm3'),
    observedProperty: 'Volume',
  }),
  'water.volumeDue': counter('L', "Water consumed up to the meter's due date: the end of a month or a year", home),
  'water.dueDate': state('Due date of a water meter, as it gives it', undefined, home),
  'water.volumeReverse': counter('L', 'Water that ran backwards', home),
  'water.flow': gauge('L/h', 'Flow of water', {
    ...home,
    bounds: [-10_000_000, 10_000_000],
    observedProperty: 'VolumeFlowRate',
  }),
  'water.flow.max': gauge('L/h', 'Highest flow of the period', {
    ...home,
    bounds: [-10_000_000, 10_000_000],
    smartDataModel: sdm(`${WATER}.maxFlow`, 'L/h'),
    observedProperty: 'VolumeFlowRate',
  }),
  'water.flow.min': gauge('L/h', 'Lowest flow of the period', {
    ...home,
    bounds: [-10_000_000, 10_000_000],
    smartDataModel: sdm(`${WATER}.minFlow`, 'L/h'),
    observedProperty: 'VolumeFlowRate',
  }),
  'water.leak': state('Leak behind the meter', YES_NO, {
    ...home,
    smartDataModel: sdm(`${WATER}.alarmStopsLeaks`, ''),
  }),
  'water.burst': state('Burst pipe behind the meter', YES_NO, home),
  'water.backflow': state('Water runs backwards', YES_NO, {
    ...home,
    smartDataModel: sdm(`${WATER}.alarmWaterQuality`, ''),
  }),
  'water.tamper': state('Tampering with the water meter', YES_NO, {
    ...home,
    smartDataModel: sdm(`${WATER}.alarmTamper`, ''),
  }),
  'water.dry': state('No water in the pipe', YES_NO, home),
  'water.freeze': state('Danger of frost in the pipe', YES_NO, home),
  'water.temp': gauge('Cel', 'Temperature of water', {
    bounds: [-20, 110],
    smartDataModel: sdm('WaterQualityObserved.temperature', 'Cel'),
    observedProperty: 'Temperature',
  }),
  'water.pressure': gauge('kPa', 'Pressure of water', { bounds: [-100, 4_000], observedProperty: 'Pressure' }),
  'water.valve': state('Valve in a water pipe', ['open', 'closed', 'moving', 'fault']),
  'water.level': gauge('m', 'Level of water', {
    bounds: [-50, 1_000],
    smartDataModel: sdm('WaterObserved.waterLevel', 'm'),
    observedProperty: 'Height',
  }),
  'water.detected': state('Water where none should be', YES_NO),
  'water.conductivity': gauge('uS/cm', 'Electrical conductivity of water', {
    bounds: [0, 200_000],
    smartDataModel: sdm('WaterQualityObserved.conductivity', 'mS/cm'),
  }),
  'water.ph': gauge('[pH]', 'Acidity of water', {
    bounds: [0, 14],
    smartDataModel: sdm('WaterQualityObserved.pH', '[pH]'),
  }),

  // Pumping station
  'pump.state': state('A pump; the channel is its number', ['on', 'off', 'fault']),
  'pump.hours': counter('h', 'Hours that a pump has run'),
  'pump.starts': counter('{count}', 'Times that a pump was started'),
  'pump.current': gauge('A', 'Current of a pump', { bounds: [0, 2_000], observedProperty: 'ElectricCurrent' }),
  'pump.flow': gauge('L/h', 'Flow that a station delivers', {
    bounds: [-1e7, 1e8],
    observedProperty: 'VolumeFlowRate',
  }),
  'pump.volume': counter('L', 'Volume that a station has delivered', { observedProperty: 'Volume' }),
  'pump.mode': state('Who commands a pump', ['automatic', 'manual', 'off']),
  'pump.overflow': state('Water runs over', YES_NO),

  // SmartMeteringObservation
  'gas.volume': counter('m3', 'Gas consumed', {
    ...home,
    resolution: THOUSANDTH,
    smartDataModel: sdm(`${METER}.totalConsumption`, 'm3'),
    observedProperty: 'Volume',
  }),
  'gas.energy': counter('kW.h{HCV}', 'Energy of the gas consumed, at its higher calorific value', {
    ...home,
    resolution: THOUSANDTH,
    smartDataModel: sdm(`${METER}.totalConsumption`, 'kW.h{HCV}'),
    observedProperty: 'Energy',
  }),
  'gas.flow': gauge('m3/h', 'Flow of gas', { ...home, bounds: [0, 100_000], observedProperty: 'VolumeFlowRate' }),
  'gas.tamper': state('Tampering with the gas meter', YES_NO, home),
  'heat.energy': counter('kW.h', 'Heat consumed; the channel is a tariff', {
    ...home,
    resolution: THOUSANDTH,
    smartDataModel: sdm(`${METER}.totalConsumption`, 'kW.h'),
    observedProperty: 'ThermalEnergy',
  }),
  'cold.energy': counter('kW.h', 'Cooling energy consumed', {
    ...home,
    resolution: THOUSANDTH,
    smartDataModel: sdm(`${METER}.totalConsumption`, 'kW.h'),
    observedProperty: 'ThermalEnergy',
  }),
  'elec.peak': counter('W.h', 'Energy consumed in the dear hours', {
    ...home,
    smartDataModel: sdm(`${METER}.peakConsumption`, 'W.h'),
    observedProperty: 'ActiveEnergy',
  }),
  'elec.offpeak': counter('W.h', 'Energy consumed in the cheap hours', {
    ...home,
    smartDataModel: sdm(`${METER}.offPeakConsumption`, 'W.h'),
    observedProperty: 'ActiveEnergy',
  }),
  'heat.units': counter('{unit}', 'Units of a heat cost allocator', home),
  'heat.volume': counter('L', 'Heating water that passed the meter', { ...home, observedProperty: 'Volume' }),
  'heat.power': gauge('W', 'Thermal power', { ...home, bounds: [-1e9, 1e9], observedProperty: 'Power' }),
  'heat.flow': gauge('L/h', 'Flow of heating water', {
    ...home,
    bounds: [-1e7, 1e7],
    observedProperty: 'VolumeFlowRate',
  }),
  'heat.flowTemp': gauge('Cel', 'Flow temperature', {
    ...home,
    bounds: [-40, 200],
    observedProperty: 'Temperature',
  }),
  'heat.returnTemp': gauge('Cel', 'Return temperature', {
    ...home,
    bounds: [-40, 200],
    observedProperty: 'Temperature',
  }),
  'heat.diffTemp': gauge('K{difference}', 'Flow minus return temperature', { ...home, bounds: [-200, 200] }),
  'heat.valve': gauge('%', 'How far the valve of a radiator is open', { bounds: [0, 100] }),
  'pulse.count': counter('{pulse}', 'Pulses counted at an input; the channel is the input'),

  // WasteContainer
  'bin.fill': gauge('%', 'How full a container is', {
    bounds: [0, 100],
    smartDataModel: sdm(`${BIN}.fillingLevel`, '1'),
    observedProperty: 'DimensionlessRatio',
  }),
  'bin.weight': gauge('kg', 'Weight of what a container holds', {
    bounds: [0, 50_000],
    smartDataModel: sdm(`${BIN}.cargoWeight`, 'kg'),
    observedProperty: 'Mass',
  }),
  'bin.temp': gauge('Cel', 'Temperature in a container', {
    bounds: [-60, 400],
    smartDataModel: sdm(`${BIN}.temperature`, 'Cel'),
    observedProperty: 'Temperature',
  }),
  'bin.rh': gauge('%', 'Relative humidity in a container', { bounds: [0, 100], observedProperty: 'RelativeHumidity' }),
  'bin.status': state(
    'Condition of a container',
    ['ok', 'lidOpen', 'dropped', 'moved', 'vandalized', 'burning', 'unknown'],
    { smartDataModel: sdm(`${BIN}.status`, '') },
  ),
  'bin.emptied': time('When a container was last emptied', { smartDataModel: sdm(`${BIN}.dateLastEmptying`, '') }),
  'bin.distance': gauge('cm', 'Distance from the sensor to the waste', {
    bounds: [0, 2_000],
    observedProperty: 'Distance',
  }),
  'bin.full': state('Container above its alarm level', YES_NO),
  'bin.empty': state('Container below its level of alarm', YES_NO),
  'bin.tilt': gauge('deg', 'Tilt of a container', { bounds: [-180, 180], observedProperty: 'Angle' }),

  // Parking and mobility
  'spot.state': state('A parking spot', ['closed', 'free', 'occupied', 'unknown'], {
    smartDataModel: sdm('ParkingSpot.status', ''),
  }),
  'spot.changes': counter('{count}', 'Changes between free and occupied'),
  'parking.free': gauge('{spot}', 'Free spots', {
    bounds: [0, 100_000],
    smartDataModel: sdm('OnStreetParking.availableSpotNumber', '{spot}'),
  }),
  'traffic.count': delta('{vehicle}', 'Vehicles since the message before; the channel is a lane or direction', {
    smartDataModel: sdm('TrafficFlowObserved.intensity', '{vehicle}'),
  }),
  'traffic.speed': gauge('km/h', 'Mean speed of vehicles', {
    bounds: [0, 300],
    smartDataModel: sdm('TrafficFlowObserved.averageVehicleSpeed', 'km/h'),
    observedProperty: 'Speed',
  }),
  'traffic.occupancy': gauge('%', 'Share of time that a lane is occupied', {
    bounds: [0, 100],
    smartDataModel: sdm('TrafficFlowObserved.occupancy', '1'),
    observedProperty: 'DimensionlessRatio',
  }),
  'traffic.roadTemp': gauge('Cel', 'Temperature of the surface of a road', {
    bounds: [-60, 90],
    observedProperty: 'Temperature',
  }),
  'people.count': delta('{person}', 'Persons since the message before; the channel is the direction', {
    ...operational,
    smartDataModel: sdm('CrowdFlowObserved.peopleCount', '{person}'),
  }),
  'people.total': counter(
    '{person}',
    'Persons that a device has counted so far; the channel is the direction',
    operational,
  ),
  'people.present': gauge('{person}', 'Persons in a place at the moment; the channel is the place', {
    ...operational,
    bounds: [0, 100_000],
  }),

  // EVChargingStation
  'ev.power': gauge('W', 'Power of a charging point', {
    ...operational,
    bounds: [-1_000_000, 1_000_000],
    smartDataModel: sdm('EVChargingStation.powerConsumption', 'W'),
    observedProperty: 'ActivePower',
  }),
  'ev.energy': counter('W.h', 'Energy that a charging point has delivered', {
    ...operational,
    observedProperty: 'ActiveEnergy',
  }),
  'ev.session': gauge('W.h', 'Energy delivered in the session', { ...home, bounds: [0, 1_000_000] }),
  'ev.available': gauge('{count}', 'Free charging points', {
    bounds: [0, 10_000],
    smartDataModel: sdm('EVChargingStation.availableCapacity', '{count}'),
  }),
  'ev.state': state(
    'A charging point',
    ['available', 'preparing', 'charging', 'suspended', 'finishing', 'reserved', 'unavailable', 'faulted', 'unknown'],
    { smartDataModel: sdm('EVChargingStation.status', '') },
  ),
  'ev.current': gauge('A', 'Current to a vehicle', { ...operational, bounds: [-1_000, 1_000] }),
  'ev.voltage': gauge('V', 'Voltage at a charging point', { ...operational, bounds: [0, 1_500] }),
  'ev.limit': gauge('A', 'Highest current that a vehicle may draw', { ...operational, bounds: [0, 1_000] }),
  'ev.soc': gauge('%', "Charge of the vehicle's battery", { ...home, bounds: [0, 100] }),

  // Environment
  'air.pm1': gauge('ug/m3', 'Particles up to 1 µm', { bounds: [0, 5_000], observedProperty: 'MassConcentration' }),
  'air.pm25': gauge('ug/m3', 'Particles up to 2.5 µm', {
    bounds: [0, 5_000],
    smartDataModel: sdm(`${AIR}.pm25`, 'ug/m3'),
    observedProperty: 'MassConcentration',
  }),
  'air.pm10': gauge('ug/m3', 'Particles up to 10 µm', {
    bounds: [0, 5_000],
    smartDataModel: sdm(`${AIR}.pm10`, 'ug/m3'),
    observedProperty: 'MassConcentration',
  }),
  'air.no2': gauge('ug/m3', 'Nitrogen dioxide', {
    bounds: [0, 5_000],
    smartDataModel: sdm(`${AIR}.no2`, 'ug/m3'),
    observedProperty: 'MassConcentration',
  }),
  'air.o3': gauge('ug/m3', 'Ozone', {
    bounds: [0, 5_000],
    smartDataModel: sdm(`${AIR}.o3`, 'ug/m3'),
    observedProperty: 'MassConcentration',
  }),
  'air.co': gauge('[ppm]', 'Carbon monoxide', { bounds: [0, 10_000], observedProperty: 'AmountOfSubstanceFraction' }),
  'air.co2': gauge('[ppm]', 'Carbon dioxide', {
    bounds: [0, 50_000],
    smartDataModel: sdm(`${AIR}.co2`, '[ppm]'),
    observedProperty: 'AmountOfSubstanceFraction',
  }),
  'air.nh3': gauge('[ppm]', 'Ammonia', { bounds: [0, 10_000] }),
  'air.h2s': gauge('[ppm]', 'Hydrogen sulphide', { bounds: [0, 10_000] }),
  'air.tvoc': gauge('[ppb]', 'Volatile organic compounds', { bounds: [0, 100_000] }),
  'air.tvocMass': gauge('ug/m3', 'Volatile organic compounds, by mass', {
    bounds: [0, 100_000],
    observedProperty: 'MassConcentration',
  }),
  'air.hcho': gauge('ug/m3', 'Formaldehyde', { bounds: [0, 20_000], observedProperty: 'MassConcentration' }),
  'air.iaq': gauge('{index}', "Air quality index of the sensor's maker", { bounds: [0, 1_000] }),
  'wx.temp': gauge('Cel', 'Air temperature', {
    bounds: [-60, 80],
    smartDataModel: sdm(`${WEATHER}.temperature`, 'Cel'),
    observedProperty: 'Temperature',
  }),
  'wx.rh': gauge('%', 'Relative humidity', {
    bounds: [0, 100],
    smartDataModel: sdm(`${WEATHER}.relativeHumidity`, '1'),
    observedProperty: 'RelativeHumidity',
  }),
  'wx.pressure': gauge('hPa', 'Atmospheric pressure', {
    bounds: [300, 1_100],
    smartDataModel: sdm(`${WEATHER}.atmosphericPressure`, 'hPa'),
    observedProperty: 'AtmosphericPressure',
  }),
  'wx.rain': delta('mm', 'Rain since the message before', {
    bounds: [0, 500],
    smartDataModel: sdm(`${WEATHER}.precipitation`, 'mm'),
  }),
  'wx.dewPoint': gauge('Cel', 'Dew point of the air', { bounds: [-80, 60], observedProperty: 'Temperature' }),
  'wx.rainTotal': counter('mm', 'Rain since the device was started', { resolution: HUNDREDTH }),
  'wx.rainRate': gauge('mm/h', 'Rate of rain', { bounds: [0, 1_000] }),
  'wx.wind': gauge('m/s', 'Wind speed', {
    bounds: [0, 120],
    smartDataModel: sdm(`${WEATHER}.windSpeed`, 'm/s'),
    observedProperty: 'Speed',
  }),
  'wx.gust': gauge('m/s', 'Highest wind speed of the period', {
    bounds: [0, 150],
    smartDataModel: sdm(`${WEATHER}.gustSpeed`, 'm/s'),
    observedProperty: 'Speed',
  }),
  'wx.windDir': gauge('deg', 'Direction that the wind comes from', {
    bounds: [0, 360],
    smartDataModel: sdm(`${WEATHER}.windDirection`, 'deg'),
    observedProperty: 'Angle',
  }),
  'wx.lux': gauge('lx', 'Illuminance', {
    bounds: [0, 250_000],
    smartDataModel: sdm(`${WEATHER}.illuminance`, 'lx'),
    observedProperty: 'Illuminance',
  }),
  'wx.solar': gauge('W/m2', 'Solar radiation', {
    bounds: [0, 2_000],
    smartDataModel: sdm(`${WEATHER}.solarRadiation`, 'W/m2'),
    observedProperty: 'Irradiance',
  }),
  'wx.uv': gauge('{index}', 'Ultraviolet index', { bounds: [0, 20] }),
  'wx.lightning': delta('{count}', 'Lightning strikes since the message before'),
  'noise.laeq': gauge('dB{A}', 'Equivalent sound level', {
    bounds: [20, 150],
    smartDataModel: sdm('NoiseLevelObserved.LAeq', 'dB{A}'),
    observedProperty: 'SoundPressureLevel',
  }),
  'noise.lamax': gauge('dB{A}', 'Highest sound level of the period', {
    bounds: [20, 160],
    smartDataModel: sdm('NoiseLevelObserved.LAmax', 'dB{A}'),
    observedProperty: 'SoundPressureLevel',
  }),
  'noise.level': gauge('dB{A}', 'Momentary sound level', { bounds: [20, 160], observedProperty: 'SoundPressureLevel' }),
  'room.temp': gauge('Cel', 'Temperature in a room', { bounds: [-40, 80], observedProperty: 'Temperature' }),
  'room.rh': gauge('%', 'Relative humidity in a room', { bounds: [0, 100], observedProperty: 'RelativeHumidity' }),
  'room.setpoint': gauge('Cel', 'Temperature that a room is set to', {
    bounds: [-40, 80],
    observedProperty: 'Temperature',
  }),
  'room.motion': state('Movement in a room', YES_NO, home),
  'room.light': state('Whether there is light in a room', ['light', 'dark'], home),
  'soil.temp': gauge('Cel', 'Soil temperature', {
    bounds: [-40, 80],
    smartDataModel: sdm('GreenspaceRecord.soilTemperature', 'Cel'),
    observedProperty: 'Temperature',
  }),
  'soil.moisture': gauge('%', 'Volumetric water content of soil', {
    bounds: [0, 100],
    smartDataModel: sdm('GreenspaceRecord.soilMoistureVwc', '1'),
  }),
  'soil.conductivity': gauge('uS/cm', 'Electrical conductivity of soil', { bounds: [0, 50_000] }),
  'pv.power': gauge('W', 'Power of a solar plant', {
    bounds: [-1e8, 1e8],
    smartDataModel: sdm('SolarEnergy.totalActivePower', 'W'),
    observedProperty: 'ActivePower',
  }),
  'pv.energy': counter('W.h', 'Energy that a solar plant has produced', {
    smartDataModel: sdm('SolarEnergy.totalEnergyGenerated', 'W.h'),
    observedProperty: 'ActiveEnergy',
  }),
  'pv.dcPower': gauge('W', 'Direct-current power of a solar plant; the channel is a string', { bounds: [-1e8, 1e8] }),
  'pv.dcVoltage': gauge('V', 'Direct-current voltage; the channel is a string', { bounds: [0, 2_000] }),
  'pv.dcCurrent': gauge('A', 'Direct current; the channel is a string', { bounds: [-1_000, 1_000] }),
  'pv.temp': gauge('Cel', 'Temperature of an inverter', { bounds: [-60, 150] }),
  'pv.state': state('An inverter', [
    'off',
    'sleeping',
    'starting',
    'producing',
    'throttled',
    'shuttingDown',
    'fault',
    'standby',
  ]),

  // Inputs and outputs without a meaning of their own
  'io.input': state('A digital input; the channel is its number', ON_OFF),
  'io.output': state('A relay or digital output; the channel is its number', ON_OFF),
  'io.current': gauge('mA', 'A current loop; the channel is its number', { bounds: [-25, 25] }),
  'io.voltage': gauge('V', 'An analogue input; the channel is its number', { bounds: [-60, 60] }),
  'io.temp': gauge('Cel', 'A temperature probe; the channel is its number', { bounds: [-200, 900] }),
  'io.level': gauge('%', 'An analogue output; the channel is its number', { bounds: [0, 100] }),
  'door.state': state('A door, hatch or lid', ['open', 'closed']),
  'door.openings': counter('{count}', 'Times that a door, hatch or lid was opened'),

  // Device
  'dev.battery': gauge('%', 'Charge of the battery', {
    ...operational,
    bounds: [0, 100],
    smartDataModel: sdm('Device.batteryLevel', '1'),
  }),
  'dev.batteryVoltage': gauge('V', 'Voltage of the battery', {
    ...operational,
    bounds: [0, 60],
    observedProperty: 'Voltage',
  }),
  'dev.batteryState': state('Condition of the battery', ['ok', 'low'], operational),
  'dev.batteryLife': gauge('d', 'Time that the battery will last, as the device reckons', {
    ...operational,
    bounds: [0, 20_000],
  }),
  'dev.interval': gauge('s', 'Time between reports, as the device is set', { ...operational, bounds: [0, 10_000_000] }),
  'dev.rssi': gauge('dB{1mW}', 'Signal strength that the device reports', {
    ...operational,
    bounds: [-200, 20],
    smartDataModel: sdm('Device.rssi', 'dB{1mW}'),
  }),
  'dev.snr': gauge('dB', 'Signal-to-noise ratio that the device reports', { ...operational, bounds: [-60, 60] }),
  'dev.temp': gauge('Cel', 'Temperature of the device itself', { ...operational, bounds: [-60, 150] }),
  'dev.fault': state('Whether the device reports a fault of its own', OK_FAULT, operational),
  'dev.tamper': state('Device opened, removed or disturbed by a magnet', YES_NO, operational),
  'dev.supply': state('What the device runs on', ['mains', 'battery', 'solar'], operational),
  'dev.supplyVoltage': gauge('V', 'Supply voltage of the device', { ...operational, bounds: [0, 600] }),
  'dev.tilt': gauge('deg', 'Tilt of the device', { ...operational, bounds: [-180, 180] }),
  'dev.moved': state('Device moved or fell', YES_NO, operational),
  'dev.resets': counter('{count}', 'Restarts of the device', operational),
  'dev.hours': counter('h', 'Hours that the device has run', operational),
  'dev.latitude': gauge('deg', 'Latitude, WGS 84', { ...operational, bounds: [-90, 90] }),
  'dev.longitude': gauge('deg', 'Longitude, WGS 84', { ...operational, bounds: [-180, 180] }),
  'dev.serial': state('Serial number of the meter that the device reads', undefined, operational),
} as const satisfies Readonly<Record<string, Quantity>>;

export type QuantityName = keyof typeof VOCABULARY;

function isQuantity(name: string): name is QuantityName {
  return Object.hasOwn(VOCABULARY, name);
}

export function findQuantity(name: string): Quantity | undefined {
  return isQuantity(name) ? VOCABULARY[name] : undefined;
}

/** Name of a reading in a SenML pack (RFC 8428, section 4.5.1: letters, digits and `- : . / _`). */
export function senmlName(quantity: string, channel?: string): string {
  return channel === undefined ? quantity : `${quantity}:${channel.replaceAll('+', '_')}`;
}
