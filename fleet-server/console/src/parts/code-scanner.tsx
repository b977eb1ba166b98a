import { useEffect, useRef, useState } from 'react';
import type { Texts } from '../i18n/fr.ts';
import { useLanguage } from '../i18n/language.tsx';

interface CodeScannerProps {
  /** Whether a code is the one that is looked for; others are named and passed over. */
  accepts: (text: string) => boolean;
  found: (text: string) => void;
  closed: () => void;
}

/** Enough for a label that fills a third of the picture, and little enough for a phone to read several times a second. */
const PICTURE = { width: { ideal: 1_280 }, height: { ideal: 720 }, facingMode: 'environment' };
const LONGEST_SIDE = 800;
const EVERY_MS = 150;

export const canScan = () => navigator.mediaDevices?.getUserMedia !== undefined;

/** The phone's camera, until it has seen the code. Pictures never leave the device. */
export function CodeScanner({ accepts, found, closed }: CodeScannerProps) {
  const { texts } = useLanguage();
  const video = useRef<HTMLVideoElement>(null);
  const [failure, setFailure] = useState<keyof Texts>();
  const [other, setOther] = useState<string>();
  const heard = useRef({ accepts, found });
  heard.current = { accepts, found };

  useEffect(() => {
    const film = video.current;
    if (!film) return;
    const ended = new AbortController();
    watch(film, ended.signal, (text) => {
      if (heard.current.accepts(text)) heard.current.found(text);
      else setOther(text.slice(0, 64));
    }).catch((reason: unknown) => {
      if (!ended.signal.aborted) setFailure(reasonOf(reason));
    });
    return () => ended.abort();
  }, []);

  return (
    <div className="scanner">
      {failure === undefined ? (
        <>
          <video ref={video} muted playsInline aria-label={texts.camera} />
          <p className="muted" role="status">
            {other === undefined ? texts.scanHint : `${texts.otherCode} ${other}`}
          </p>
        </>
      ) : (
        <p className="notice notice-bad" role="alert">
          {texts[failure]}
        </p>
      )}
      <button type="button" className="button" onClick={closed}>
        {texts.stopScan}
      </button>
    </div>
  );
}

/** Shows the camera and reads codes until the signal ends it. Rejects where there is no camera or it may not be used. */
async function watch(film: HTMLVideoElement, ended: AbortSignal, onCode: (text: string) => void): Promise<void> {
  // The reader is fetched when somebody scans, not with the first page.
  const [stream, { decodeQR }] = await Promise.all([
    navigator.mediaDevices.getUserMedia({ video: PICTURE }),
    import('qr/decode.js'),
  ]);
  const stop = () => {
    for (const track of stream.getTracks()) track.stop();
  };
  if (ended.aborted) return stop();
  film.srcObject = stream;
  await film.play();
  const canvas = document.createElement('canvas');
  const timer = setInterval(() => {
    const picture = pictureOf(film, canvas);
    const text = picture && read(() => decodeQR(picture));
    if (text !== undefined) onCode(text);
  }, EVERY_MS);
  ended.addEventListener('abort', () => {
    clearInterval(timer);
    stop();
  });
}

function pictureOf(film: HTMLVideoElement, canvas: HTMLCanvasElement): ImageData | undefined {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(film.videoWidth, film.videoHeight, 1));
  canvas.width = Math.round(film.videoWidth * scale);
  canvas.height = Math.round(film.videoHeight * scale);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context || canvas.width === 0) return undefined;
  context.drawImage(film, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** A picture without a readable code is the rule: the reader throws then. */
function read(decode: () => string): string | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}

function reasonOf(reason: unknown): keyof Texts {
  const name = reason instanceof DOMException ? reason.name : '';
  return name === 'NotAllowedError' || name === 'SecurityError' ? 'cameraRefused' : 'cameraMissing';
}
