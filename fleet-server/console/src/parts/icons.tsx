const SHAPES = {
  gateways: 'M5 13h14v6H5zM8 16h.01M12 13V9M8.500 8.500a5 5 0 0 1 7 0M6 6a8.500 8.500 0 0 1 12 0',
  devices:
    'M12 3v3M5.600 5.600l2 2M18.400 5.600l-2 2M9 17h6M10 20h4M8 13a4 4 0 1 1 8 0c0 1.600-1 2.400-1.500 4h-5C9 15.400 8 14.600 8 13Z',
  live: 'M3 12h4l3-8 4 16 3-8h4',
  events: 'M6 9a6 6 0 0 1 12 0c0 6 2 7 2 7H4s2-1 2-7M10 20a2 2 0 0 0 4 0',
  leave: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
  back: 'M14 6l-6 6 6 6',
  camera: 'M4 8h3l2-3h6l2 3h3v11H4zM12 16.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7Z',
  plus: 'M12 5v14M5 12h14',
  chevron: 'M9 6l6 6-6 6',
} as const;

export type IconName = keyof typeof SHAPES;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={SHAPES[name]} />
    </svg>
  );
}

export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M4 16c3.500-5.400 7.600-8 12-8s8.500 2.600 12 8c-3.500 5.400-7.600 8-12 8s-8.500-2.600-12-8Z" />
      <circle cx="16" cy="16" r="4.200" />
    </svg>
  );
}
