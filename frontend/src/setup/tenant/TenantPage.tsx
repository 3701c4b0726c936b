import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { m } from "~/paraglide/messages";
import { PageHeader } from "~/setup/pieces/PageHeader";
import { ErrorState, LoadingState } from "~/setup/pieces/states";
import { Logo } from "~/setup/tenant/Logo";
import { tenantSettingsQuery } from "~/setup/tenant/queries";
import { SettingsForm } from "~/setup/tenant/SettingsForm";

/** What the tenant is called and looks like, and the defaults of its users. */
export default function TenantPage() {
  const { data: settings, error, refetch } = useQuery(tenantSettingsQuery);
  return (
    <div className="page" style={{ maxWidth: "44rem" }}>
      <PageHeader title={m.settings_title()} description={m.settings_text()} />
      {settings ? (
        <Stack gap="xl">
          <Logo logo={settings.logo} />
          <SettingsForm saved={settings} />
        </Stack>
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <LoadingState />
      )}
    </div>
  );
}
