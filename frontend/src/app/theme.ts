import { CloseButton, createTheme } from "@mantine/core";

import { m } from "~/paraglide/messages";

export const theme = createTheme({
  primaryColor: "indigo",
  // Shades with a contrast of at least 4.5 to 1 against the page, in both themes.
  primaryShade: { light: 8, dark: 9 },
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif",
  components: { CloseButton: CloseButton.extend({ defaultProps: { "aria-label": m.close() } as never }) },
  headings: { fontWeight: "600", sizes: { h1: { fontSize: "1.375rem" }, h2: { fontSize: "1.0625rem" } } },
});
