export { type Installation, type InstallationOptions, openInstallation } from './installation.ts';
export { createLog } from './log.ts';
export { type RunningServer, type ServerOptions, startServer } from './server.ts';
export { CityMessage } from './subscriptions/city-message.ts';
