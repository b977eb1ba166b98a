// Made by `scripts/codec index` from the files of definitions: do not edit.
import type { Definition } from './definition.ts';
import { analog } from './lorawan/adeunis/analog.ts';
import { dryContacts } from './lorawan/adeunis/dry-contacts.ts';
import { pulse } from './lorawan/adeunis/pulse.ts';
import { pulse4 } from './lorawan/adeunis/pulse-4.ts';
import { ticLinkyMono } from './lorawan/adeunis/tic-linky-mono.ts';
import { ticLinkyTri } from './lorawan/adeunis/tic-linky-tri.ts';
import { ticPmePmi } from './lorawan/adeunis/tic-pme-pmi.ts';
import { klax } from './lorawan/alpha-omega-technology/klax.ts';
import { sonata } from './lorawan/arad/sonata.ts';
import { qalcosonicW1 } from './lorawan/axioma/qalcosonic-w1.ts';
import { hydrodigit } from './lorawan/b-meters/hydrodigit.ts';
import { iwmLr3 } from './lorawan/b-meters/iwm-lr3.ts';
import { tps110 } from './lorawan/bosch/tps110.ts';
import { e1310 } from './lorawan/comtac/e1310.ts';
import { dlAtm41 } from './lorawan/decentlab/dl-atm41.ts';
import { dlCtd10 } from './lorawan/decentlab/dl-ctd10.ts';
import { dlCws2 } from './lorawan/decentlab/dl-cws2.ts';
import { dlDlr2002 } from './lorawan/decentlab/dl-dlr2-002.ts';
import { dlIam } from './lorawan/decentlab/dl-iam.ts';
import { dlLid } from './lorawan/decentlab/dl-lid.ts';
import { dlMbx } from './lorawan/decentlab/dl-mbx.ts';
import { dlPm } from './lorawan/decentlab/dl-pm.ts';
import { dlPr26 } from './lorawan/decentlab/dl-pr26.ts';
import { dlPr36 } from './lorawan/decentlab/dl-pr36.ts';
import { dlPr36ctd } from './lorawan/decentlab/dl-pr36ctd.ts';
import { dlTbrg } from './lorawan/decentlab/dl-tbrg.ts';
import { dlTrs12 } from './lorawan/decentlab/dl-trs12.ts';
import { rwmr } from './lorawan/develiot/rwmr.ts';
import { hydrus } from './lorawan/diehl/hydrus.ts';
import { izarRc868 } from './lorawan/diehl/izar-rc-868.ts';
import { dc410 } from './lorawan/dingtek/dc410.ts';
import { dc413 } from './lorawan/dingtek/dc413.ts';
import { df530 } from './lorawan/dingtek/df530.ts';
import { df702 } from './lorawan/dingtek/df702.ts';
import { df703 } from './lorawan/dingtek/df703.ts';
import { do200 } from './lorawan/dingtek/do200.ts';
import { do201 } from './lorawan/dingtek/do201.ts';
import { do202 } from './lorawan/dingtek/do202.ts';
import { lwEsi } from './lorawan/dnt/lw-esi.ts';
import { dds75Lb } from './lorawan/dragino/dds75-lb.ts';
import { lds02 } from './lorawan/dragino/lds02.ts';
import { lse01 } from './lorawan/dragino/lse01.ts';
import { lt22222L } from './lorawan/dragino/lt-22222-l.ts';
import { lwl02 } from './lorawan/dragino/lwl02.ts';
import { sw3lLb } from './lorawan/dragino/sw3l-lb.ts';
import { elt2 } from './lorawan/elsys/elt-2.ts';
import { eltUltrasonic } from './lorawan/elsys/elt-ultrasonic.ts';
import { emsDoor } from './lorawan/elsys/ems-door.ts';
import { ersCo2 } from './lorawan/elsys/ers-co2.ts';
import { ersSound } from './lorawan/elsys/ers-sound.ts';
import { cmi4110 } from './lorawan/elvaco/cmi4110.ts';
import { cmi4111 } from './lorawan/elvaco/cmi4111.ts';
import { cmi4130 } from './lorawan/elvaco/cmi4130.ts';
import { cmi4140 } from './lorawan/elvaco/cmi4140.ts';
import { cmi4160 } from './lorawan/elvaco/cmi4160.ts';
import { cmi4170 } from './lorawan/elvaco/cmi4170.ts';
import { emuProfIi } from './lorawan/emu/emu-prof-ii.ts';
import { txPulse600036 } from './lorawan/enless/tx-pulse-600-036.ts';
import { txPulseAtex600037 } from './lorawan/enless/tx-pulse-atex-600-037.ts';
import { ambiance } from './lorawan/ewattch/ambiance.ts';
import { squid } from './lorawan/ewattch/squid.ts';
import { squidPro } from './lorawan/ewattch/squid-pro.ts';
import { tyness } from './lorawan/ewattch/tyness.ts';
import { fm432e } from './lorawan/fludia/fm432e.ts';
import { fm432eI } from './lorawan/fludia/fm432e-i.ts';
import { fm432g } from './lorawan/fludia/fm432g.ts';
import { fm432ir } from './lorawan/fludia/fm432ir.ts';
import { fm432p } from './lorawan/fludia/fm432p.ts';
import { cayenneLpp } from './lorawan/generic/cayenne-lpp.ts';
import { energymid } from './lorawan/gossen-metrawatt/energymid.ts';
import { ioKe868 } from './lorawan/imst/io-ke868.ts';
import { rangeExtender } from './lorawan/imst/range-extender.ts';
import { waterMeter } from './lorawan/innotas/water-meter.ts';
import { flowiq2200 } from './lorawan/kamstrup/flowiq-2200.ts';
import { multical } from './lorawan/kamstrup/multical.ts';
import { arc1Adt1 } from './lorawan/keller/arc1-adt1.ts';
import { edl21 } from './lorawan/lobaro/edl21.ts';
import { wmbusBridge } from './lorawan/lobaro/wmbus-bridge.ts';
import { model4811 } from './lorawan/mcci/model4811.ts';
import { model4841 } from './lorawan/mcci/model4841.ts';
import { switch16a } from './lorawan/mclimate/switch-16a.ts';
import { vicki } from './lorawan/mclimate/vicki.ts';
import { am103 } from './lorawan/milesight/am103.ts';
import { am107 } from './lorawan/milesight/am107.ts';
import { am308 } from './lorawan/milesight/am308.ts';
import { am319Hcho } from './lorawan/milesight/am319-hcho.ts';
import { am319O3 } from './lorawan/milesight/am319-o3.ts';
import { ct101 } from './lorawan/milesight/ct101.ts';
import { ct303 } from './lorawan/milesight/ct303.ts';
import { ct310 } from './lorawan/milesight/ct310.ts';
import { em300Di } from './lorawan/milesight/em300-di.ts';
import { em300Mcs } from './lorawan/milesight/em300-mcs.ts';
import { em300Sld } from './lorawan/milesight/em300-sld.ts';
import { em300Th } from './lorawan/milesight/em300-th.ts';
import { em310Tilt } from './lorawan/milesight/em310-tilt.ts';
import { em310Udl } from './lorawan/milesight/em310-udl.ts';
import { em400Mud } from './lorawan/milesight/em400-mud.ts';
import { em400Tld } from './lorawan/milesight/em400-tld.ts';
import { em400Udl } from './lorawan/milesight/em400-udl.ts';
import { em410Rdl } from './lorawan/milesight/em410-rdl.ts';
import { em500Pp } from './lorawan/milesight/em500-pp.ts';
import { em500Swl } from './lorawan/milesight/em500-swl.ts';
import { em500Udl } from './lorawan/milesight/em500-udl.ts';
import { gs301 } from './lorawan/milesight/gs301.ts';
import { uc300 } from './lorawan/milesight/uc300.ts';
import { uc511 } from './lorawan/milesight/uc511.ts';
import { uc512 } from './lorawan/milesight/uc512.ts';
import { vs133 } from './lorawan/milesight/vs133.ts';
import { vs350 } from './lorawan/milesight/vs350.ts';
import { ws202 } from './lorawan/milesight/ws202.ts';
import { ws301 } from './lorawan/milesight/ws301.ts';
import { ws302 } from './lorawan/milesight/ws302.ts';
import { ws501 } from './lorawan/milesight/ws501.ts';
import { ws513 } from './lorawan/milesight/ws513.ts';
import { ws523 } from './lorawan/milesight/ws523.ts';
import { ws558 } from './lorawan/milesight/ws558.ts';
import { wts506 } from './lorawan/milesight/wts506.ts';
import { cm30xx } from './lorawan/nasys/cm30xx.ts';
import { ul20xx } from './lorawan/nasys/ul20xx.ts';
import { um30xx } from './lorawan/nasys/um30xx.ts';
import { r718h } from './lorawan/netvox/r718h.ts';
import { r718n3 } from './lorawan/netvox/r718n3.ts';
import { r809a } from './lorawan/netvox/r809a.ts';
import { r831d } from './lorawan/netvox/r831d.ts';
import { atmo } from './lorawan/nke-watteco/atmo.ts';
import { flasho } from './lorawan/nke-watteco/flasho.ts';
import { intenso } from './lorawan/nke-watteco/intenso.ts';
import { presso } from './lorawan/nke-watteco/presso.ts';
import { pulseSenso } from './lorawan/nke-watteco/pulse-senso.ts';
import { smartPlug } from './lorawan/nke-watteco/smart-plug.ts';
import { ticso } from './lorawan/nke-watteco/ticso.ts';
import { triphaso } from './lorawan/nke-watteco/triphaso.ts';
import { trashbinSensor } from './lorawan/noah/trashbin-sensor.ts';
import { nps310sm } from './lorawan/nwave/nps310sm.ts';
import { nps405 } from './lorawan/nwave/nps405.ts';
import { pcr2 } from './lorawan/parametric/pcr2.ts';
import { cubicmeter } from './lorawan/quandify/cubicmeter.ts';
import { hurLw } from './lorawan/redz/hur-lw.ts';
import { lkmLw } from './lorawan/redz/lkm-lw.ts';
import { s2120 } from './lorawan/sensecap/s2120.ts';
import { iperl } from './lorawan/sensus/iperl.ts';
import { volc2180 } from './lorawan/slscorp/volc2180.ts';
import { allocator878 } from './lorawan/sontex/allocator-878.ts';
import { heat7x9 } from './lorawan/sontex/heat-7x9.ts';
import { w1w2 } from './lorawan/sontex/w1w2.ts';
import { pengy } from './lorawan/sting/pengy.ts';
import { motorizedValve } from './lorawan/strega/motorized-valve.ts';
import { smartValve } from './lorawan/strega/smart-valve.ts';
import { oy1320 } from './lorawan/talkpool/oy1320.ts';
import { tekzipark } from './lorawan/tekzitel/tekzipark.ts';
import { fillingDegreeSensor } from './lorawan/teneo-iot/filling-degree-sensor.ts';
import { loraLmXl } from './lorawan/terabee/lora-lm-xl.ts';
import { hotdrop } from './lorawan/vutility/hotdrop.ts';
import { pulsedrop } from './lorawan/vutility/pulsedrop.ts';
import { dsmr } from './lorawan/yobiiq/dsmr.ts';
import { em2101 } from './lorawan/yobiiq/em2101.ts';
import { em4301 } from './lorawan/yobiiq/em4301.ts';
import { zlamp } from './lorawan/zane/zlamp.ts';
import { zlampRelay } from './lorawan/zane/zlamp-relay.ts';
import { b23 } from './modbus/abb/b23.ts';
import { terraAc } from './modbus/abb/terra-ac.ts';
import { adam6050 } from './modbus/advantech/adam-6050.ts';
import { eve } from './modbus/alfen/eve.ts';
import { cc612 } from './modbus/bender/cc612.ts';
import { mpm3pm } from './modbus/bernecker/mpm3pm.ts';
import { ws100 } from './modbus/bg-etech/ws100.ts';
import { em24 } from './modbus/carlo-gavazzi/em24.ts';
import { em340 } from './modbus/carlo-gavazzi/em340.ts';
import { dtsu666 } from './modbus/chint/dtsu666.ts';
import { sdm54 } from './modbus/eastron/sdm54.ts';
import { sdm72 } from './modbus/eastron/sdm72.ts';
import { sdm120 } from './modbus/eastron/sdm120.ts';
import { sdm630 } from './modbus/eastron/sdm630.ts';
import { model7m38 } from './modbus/finder/7m-38.ts';
import { xyMd02 } from './modbus/generic/xy-md02.ts';
import { energyControl } from './modbus/heidelberg/energy-control.ts';
import { pro380 } from './modbus/inepro/pro380.ts';
import { umg96rm } from './modbus/janitza/umg-96rm.ts';
import { p30 } from './modbus/keba/p30.ts';
import { we514 } from './modbus/orno/we-514.ts';
import { we516 } from './modbus/orno/we-516.ts';
import { charx } from './modbus/phoenix-contact/charx.ts';
import { lkm144 } from './modbus/redz/lkm144.ts';
import { iem3155 } from './modbus/schneider/iem3155.ts';
import { pm5000 } from './modbus/schneider/pm5000.ts';
import { pac3200 } from './modbus/siemens/pac3200.ts';
import { countisE53 } from './modbus/socomec/countis-e53.ts';
import { dirisA10 } from './modbus/socomec/diris-a10.ts';
import { inverter } from './modbus/sunspec/inverter.ts';
import { meter } from './modbus/sunspec/meter.ts';
import { evc04 } from './modbus/vestel/evc04.ts';
import { lightingCabinet } from './modbus/vigie/lighting-cabinet.ts';
import { pumpingStation } from './modbus/vigie/pumping-station.ts';
import { model87930xx } from './modbus/wago/879-30xx.ts';
import { modbusRtuIo8ch } from './modbus/waveshare/modbus-rtu-io-8ch.ts';

/** All devices of the catalogue, in the order of their ids. */
export const DEFINITIONS: readonly Definition[] = [
  b23,
  terraAc,
  analog,
  dryContacts,
  pulse,
  pulse4,
  ticLinkyMono,
  ticLinkyTri,
  ticPmePmi,
  adam6050,
  eve,
  klax,
  sonata,
  qalcosonicW1,
  hydrodigit,
  iwmLr3,
  cc612,
  mpm3pm,
  ws100,
  tps110,
  em24,
  em340,
  dtsu666,
  e1310,
  dlAtm41,
  dlCtd10,
  dlCws2,
  dlDlr2002,
  dlIam,
  dlLid,
  dlMbx,
  dlPm,
  dlPr26,
  dlPr36,
  dlPr36ctd,
  dlTbrg,
  dlTrs12,
  rwmr,
  hydrus,
  izarRc868,
  dc410,
  dc413,
  df530,
  df702,
  df703,
  do200,
  do201,
  do202,
  lwEsi,
  dds75Lb,
  lds02,
  lse01,
  lt22222L,
  lwl02,
  sw3lLb,
  sdm120,
  sdm54,
  sdm630,
  sdm72,
  elt2,
  eltUltrasonic,
  emsDoor,
  ersCo2,
  ersSound,
  cmi4110,
  cmi4111,
  cmi4130,
  cmi4140,
  cmi4160,
  cmi4170,
  emuProfIi,
  txPulse600036,
  txPulseAtex600037,
  ambiance,
  squid,
  squidPro,
  tyness,
  model7m38,
  fm432e,
  fm432eI,
  fm432g,
  fm432ir,
  fm432p,
  cayenneLpp,
  xyMd02,
  energymid,
  energyControl,
  ioKe868,
  rangeExtender,
  pro380,
  waterMeter,
  umg96rm,
  flowiq2200,
  multical,
  p30,
  arc1Adt1,
  edl21,
  wmbusBridge,
  model4811,
  model4841,
  switch16a,
  vicki,
  am103,
  am107,
  am308,
  am319Hcho,
  am319O3,
  ct101,
  ct303,
  ct310,
  em300Di,
  em300Mcs,
  em300Sld,
  em300Th,
  em310Tilt,
  em310Udl,
  em400Mud,
  em400Tld,
  em400Udl,
  em410Rdl,
  em500Pp,
  em500Swl,
  em500Udl,
  gs301,
  uc300,
  uc511,
  uc512,
  vs133,
  vs350,
  ws202,
  ws301,
  ws302,
  ws501,
  ws513,
  ws523,
  ws558,
  wts506,
  cm30xx,
  ul20xx,
  um30xx,
  r718h,
  r718n3,
  r809a,
  r831d,
  atmo,
  flasho,
  intenso,
  presso,
  pulseSenso,
  smartPlug,
  ticso,
  triphaso,
  trashbinSensor,
  nps310sm,
  nps405,
  we514,
  we516,
  pcr2,
  charx,
  cubicmeter,
  hurLw,
  lkmLw,
  lkm144,
  iem3155,
  pm5000,
  s2120,
  iperl,
  pac3200,
  volc2180,
  countisE53,
  dirisA10,
  allocator878,
  heat7x9,
  w1w2,
  pengy,
  motorizedValve,
  smartValve,
  inverter,
  meter,
  oy1320,
  tekzipark,
  fillingDegreeSensor,
  loraLmXl,
  evc04,
  lightingCabinet,
  pumpingStation,
  hotdrop,
  pulsedrop,
  model87930xx,
  modbusRtuIo8ch,
  dsmr,
  em2101,
  em4301,
  zlamp,
  zlampRelay,
];
