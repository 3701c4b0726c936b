import { createTheme } from "@mantine/core";

import { m } from "~/paraglide/messages";

// Mantine's own respectReducedMotion comes too late for a component that is opened as it appears.
const isStill = globalThis.matchMedia("(prefers-reduced-motion: reduce)").matches;
const motion = { defaultProps: isStill ? { transitionProps: { duration: 0 } } : {} };
// The list of options scrolls itself: it is what the input controls, and needs no tab stop.
const options = { defaultProps: { withScrollArea: false } };

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
    AppShell: isStill ? { defaultProps: { transitionDuration: 0 } } : {},
    CloseButton: { defaultProps: { "aria-label": m.close() } },
    // Without the element that takes the focus at first: a menu may have nothing but items. The first one takes it.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false, ...motion.defaultProps } },
    Modal: motion,
    PasswordInput: { defaultProps: { visibilityToggleButtonProps: { "aria-label": m.show_password() } } },
    MultiSelect: options,
    Popover: motion,
    Select: options,
    TagsInput: options,
  },
  headings: { fontWeight: "600", sizes: { h1: { fontSize: "1.375rem" }, h2: { fontSize: "1.0625rem" } } },
});
