/** Pictures of apps by name: strokes on a field of 24 by 24, in the colour of the text. */
export const ICONS: Readonly<Record<string, string>> = {
  briefcase: "M4 8h16v11H4zM9 8V5h6v3M4 13h16",
  building: "M6 21V4h12v17M4 21h16M10 8h1M13 8h1M10 12h1M13 12h1M10 21v-4h4v4",
  users: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-4 3-6 6-6s6 2 6 6M16 4.5a3.5 3.5 0 0 1 0 6M18 14.5c2 .8 3 2.600 3 5.500",
  user: "M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM5 21c0-4.500 3.500-7 7-7s7 2.500 7 7",
  chart: "M4 4v16h16M8 16v-5M12 16V7M16 16v-3",
  target: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8z",
  lifebuoy: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM5.600 5.600l3.600 3.600M14.800 14.800l3.600 3.600M18.400 5.600l-3.600 3.600M9.200 14.800l-3.600 3.600",
  box: "M4 8l8-4 8 4v9l-8 4-8-4zM4 8l8 4 8-4M12 12v9",
  cart: "M3 4h2l2.500 11h10l2-8H6M9 20h.010M17 20h.010",
  receipt: "M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6",
  calendar: "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4",
  check: "M4 4h16v16H4zM8 12l3 3 5-6",
  mail: "M3 6h18v12H3zM3 7l9 7 9-7",
  phone: "M6 3h4l1 5-2 1.500a11 11 0 0 0 5.500 5.500L16 13l5 1v4c0 1.500-1 2-2 2C11 20 4 13 4 5c0-1 .5-2 2-2z",
  book: "M5 4h6a2 2 0 0 1 1 2v14a2 2 0 0 0-2-1H5zM19 4h-6a2 2 0 0 0-1 2v14a2 2 0 0 1 2-1h5z",
  wrench: "M20 7a5 5 0 0 1-6.500 4.700L7 18.500 5 16.500l6.700-6.500A5 5 0 0 1 16.500 3.500L14 6l3.500 3.500z",
  globe: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
  heart: "M12 20C5 15 3 12 3 8.500A4.500 4.500 0 0 1 12 7a4.500 4.500 0 0 1 9 1.500C21 12 19 15 12 20z",
  star: "M12 3l2.700 5.700 6.300.800-4.600 4.300 1.200 6.200L12 17l-5.600 3 1.200-6.200L3 9.500l6.300-.8z",
  home: "M4 11l8-7 8 7M6 10v10h12V10M10 20v-6h4v6",
};

/** The picture of an app; for a name without one, the first letter of its label. */
export function AppIcon({ icon, label, size = 20 }: { icon: string; label: string; size?: number }) {
  const path = ICONS[icon];
  if (path === undefined) {
    return (
      <span className="app-letter" aria-hidden="true" style={{ width: size, height: size, fontSize: size * 0.65 }}>
        {[...label.trim()][0]?.toUpperCase() ?? ""}
      </span>
    );
  }
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round">
      <path d={path} />
    </svg>
  );
}
