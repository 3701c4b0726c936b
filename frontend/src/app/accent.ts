/** The tenant's accent as a palette whose shades can be read, whatever its colour. */
import { DEFAULT_THEME, type MantineColorsTuple } from "@mantine/core";

/** By shade, the contrast with white: light ones are read on dark pages, the last two carry white text in both themes. */
const CONTRASTS = [1.07, 1.2, 1.45, 1.8, 2.3, 3, 4.2, 5, 5.8, 7] as const;

/** The palette of a colour name of Mantine or a `#rrggbb`; undefined for the workspace's own. */
export function paletteOf(accent: string): MantineColorsTuple | undefined {
  if (accent === "" || accent === "indigo") return undefined;
  const base = /^#[0-9a-f]{6}$/i.test(accent) ? accent : DEFAULT_THEME.colors[accent]?.[6];
  if (base === undefined) return undefined;
  const [hue, saturation] = hueOf(channelsOf(base));
  return CONTRASTS.map((contrast) => shadeOf(hue, saturation, contrast)) as unknown as MantineColorsTuple;
}

/** The contrast of two colours, as WCAG 2 measures it. */
export function contrastOf(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminanceOf(channelsOf(one)), luminanceOf(channelsOf(other))].toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

type Channels = [number, number, number];

/** The lightest colour of a hue that has at least this contrast with white. */
function shadeOf(hue: number, saturation: number, contrast: number): string {
  let [dark, light] = [0, 1];
  for (let step = 0; step < 16; step += 1) {
    const middle = (dark + light) / 2;
    if (contrastOf(hexOf(hue, saturation, middle), "#ffffff") >= contrast) dark = middle;
    else light = middle;
  }
  return hexOf(hue, saturation, dark);
}

function channelsOf(hex: string): Channels {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

function luminanceOf(channels: Channels): number {
  const [red, green, blue] = channels.map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)) as Channels;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Hue in degrees and saturation from 0 to 1. */
function hueOf([red, green, blue]: Channels): [number, number] {
  const most = Math.max(red, green, blue);
  const range = most - Math.min(red, green, blue);
  if (range === 0) return [0, 0];
  const sixth = most === red ? (green - blue) / range : most === green ? (blue - red) / range + 2 : (red - green) / range + 4;
  return [(sixth * 60 + 360) % 360, range / (1 - Math.abs(2 * most - range - 1) || 1)];
}

function hexOf(hue: number, saturation: number, lightness: number): string {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number) => {
    const at = (offset + hue / 30) % 12;
    const value = lightness - reach * Math.max(-1, Math.min(at - 3, 9 - at, 1));
    return Math.round(Math.min(1, Math.max(0, value)) * 255).toString(16).padStart(2, "0");
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}
