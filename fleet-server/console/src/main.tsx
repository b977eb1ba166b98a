import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiFailure } from './api.ts';
import { App } from './app.tsx';
import { LanguageProvider } from './i18n/language.tsx';
import './styles/tokens.css';
import './styles/layout.css';
import './styles/parts.css';
import './styles/tables.css';
import './styles/details.css';

const MAX_RETRIES = 2;

const client = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      // The session ended meanwhile: the door shows itself.
      if (error instanceof ApiFailure && error.status === 401) client.setQueryData(['session'], null);
    },
  }),
  defaultOptions: {
    queries: {
      retry: (count, error) =>
        count < MAX_RETRIES && !(error instanceof ApiFailure && error.status >= 400 && error.status < 500),
    },
  },
});

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <LanguageProvider>
          <App />
        </LanguageProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
