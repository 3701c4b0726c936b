import { MantineProvider, type MantineThemeOverride } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, type ReactNode } from "react";

import { tenantQuery } from "~/api";
import { paletteOf } from "~/app/accent";
import { theme } from "~/app/theme";

/** The workspace's theme with the tenant's accent, as soon as that is known. */
export function Themed({ nonce, children }: { nonce: string; children: ReactNode }) {
  const { data: tenant } = useQuery({ ...tenantQuery, enabled: false });
  const accent = tenant?.accent ?? "";
  const themed = useMemo((): MantineThemeOverride => {
    const palette = paletteOf(accent);
    return palette ? { ...theme, primaryColor: "accent", colors: { ...theme.colors, accent: palette } } : theme;
  }, [accent]);
  return (
    <MantineProvider theme={themed} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      {children}
    </MantineProvider>
  );
}
