import { createTheme } from "@mantine/core";

import { m } from "~/paraglide/messages";

// Mantine's own respectReducedMotion comes too late for a component that is opened as it appears.
const isStill = globalThis.matchMedia("(prefers-reduced-motion: reduce)").matches;
const motion = isStill ? { defaultProps: { transitionProps: { duration: 0 } } } : {};

export const theme = createTheme({
  primaryColor: "indigo",
  // Shades with a contrast of at least 4.5 to 1 against the page, in both themes.
  primaryShade: { light: 8, dark: 9 },
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif",
  // By name: importing a component here would load it with the first page.
  components: {
    CloseButton: { defaultProps: { "aria-label": m.close() } },
    Menu: motion,
    Modal: motion,
    PasswordInput: { defaultProps: { visibilityToggleButtonProps: { "aria-label": m.show_password() } } },
    Popover: motion,
  },
  headings: { fontWeight: "600", sizes: { h1: { fontSize: "1.375rem" }, h2: { fontSize: "1.0625rem" } } },
});
