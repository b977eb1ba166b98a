import { District } from './district.ts';

const HTTP_PORT = 8443;
const MQTT_PORT = 8883;

/** The demo for people: runs until Ctrl-C; returns the exit code. */
export async function watchDistrict({ seed, folder }: { seed: string; folder: string }): Promise<number> {
  const district = new District({
    folder,
    httpPort: HTTP_PORT,
    mqttPort: MQTT_PORT,
    city: ['--seed', seed, '--interval-ms', '10000', '--modbus-interval-ms', '5000', '--speed', '60'],
    say: (line) => process.stderr.write(`· ${line}\n`),
  });
  const ended = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  let exitCode = 0;
  try {
    await Promise.race([district.start(), ended]);
    const { name, password } = district.login;
    process.stdout.write(
      `\n  Console   ${district.console}   (its certificate is the demo's own: accept it)\n  Login     ${name} / ${password}\n  Logs      ${folder}/*.log\n  Ctrl-C ends everything.\n\n`,
    );
    const status = setInterval(() => showStatus(district), 1_000);
    await ended;
    clearInterval(status);
    process.stdout.write('\n· ending\n');
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nThe logs are in ${folder}.\n`);
    exitCode = 1;
  } finally {
    await district.stop();
  }
  return exitCode;
}

function showStatus(district: District): void {
  const dead = district.programs.find(({ exitCode }) => exitCode !== undefined);
  const emitted = district.emitted().length;
  const received = district.subscriber.count;
  const memory = Math.round(district.agentPeakRssBytes / 1_048_576);
  const line = dead
    ? `${dead.name} ended with ${dead.exitCode}`
    : `emitted ${emitted} · received by the platform ${received} · agent at most ${memory} MB`;
  process.stdout.write(process.stdout.isTTY ? `\r\u001b[K  ${line}` : `  ${line}\n`);
}
