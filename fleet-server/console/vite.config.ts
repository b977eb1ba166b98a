import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    // Small assets would come as data: addresses, which the content security policy refuses for scripts and fonts.
    assetsInlineLimit: 0,
    sourcemap: false,
  },
  // For developing beside a running server.
  server: { proxy: { '/api': { target: 'https://127.0.0.1:8443', secure: false } } },
});
