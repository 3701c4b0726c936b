import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Switch.css";
import "@mantine/core/styles/Radio.css";
import "~/setup/security/security.css";

import { Problem } from "@freehold/client";
import { Anchor, Badge, Button, Group, Radio, Stack, Switch, Text, Textarea, Title } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";

import { api, navigationQuery, queries } from "~/api";
import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { Refusal } from "~/session/Refusal";
import { rolesQuery } from "~/setup/people/queries";
import { PageHeader } from "~/setup/pieces/PageHeader";
import { SaveBar } from "~/setup/pieces/SaveBar";
import { ErrorState, LoadingState } from "~/setup/pieces/states";
import { act } from "~/setup/security/acting";
import { providersQuery, settingsQuery, type Provider, type SignInSettings } from "~/setup/security/queries";
import { Row } from "~/setup/security/Row";
import { SupportRequests } from "~/setup/security/SupportRequests";

/** How users sign in: passwords, providers, factors that roles require; who else may call or enter. */
export default function SignInSettingsPage() {
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const { data: settings } = useSuspenseQuery(settingsQuery);
  const mayRoles = navigation.permissions.includes("roles:manage");
  return (
    <div className="page" style={{ maxWidth: "52rem" }}>
      <PageHeader title={m.setup_nav_sign_in()} description={m.signin_text()} />
      <Stack gap="xl">
        <Passwords settings={settings} mayRoles={mayRoles} />
        {mayRoles && <Providers />}
        {mayRoles && <RequiredFactors />}
        <Support settings={settings} />
        <Origins settings={settings} />
      </Stack>
    </div>
  );
}

function Section({ id, title, text, children }: { id: string; title: string; text?: string; children: ReactNode }) {
  return (
    <section aria-labelledby={id}>
      <Title order={2} id={id} mb={text ? 0 : "xs"}>
        {title}
      </Title>
      {text && (
        <Text size="sm" c="dimmed" mb="xs">
          {text}
        </Text>
      )}
      {children}
    </section>
  );
}

function change(body: Partial<SignInSettings>): Promise<boolean> {
  return act(() => api.PATCH("/api/v1/sign-in-settings", { body }), ["sign-in-settings"], m.saved());
}

/** Passwords can be switched off once a provider has proved to work: the service keeps somebody able to enter. */
function Passwords({ settings, mayRoles }: { settings: SignInSettings; mayRoles: boolean }) {
  const providers = useQuery({ ...providersQuery, enabled: mayRoles });
  const isProven = providers.data?.some((one) => one.active && one.provenAt !== null) ?? !mayRoles;
  const isLocked = settings.passwordEnabled && !isProven;
  const turn = (passwordEnabled: boolean) => {
    if (passwordEnabled) return void change({ passwordEnabled });
    modals.openConfirmModal({
      title: m.signin_passwords_off_title(),
      children: <Text size="sm">{m.signin_passwords_off_text()}</Text>,
      labels: { confirm: m.signin_passwords_off(), cancel: m.cancel() },
      confirmProps: { color: "red" },
      onConfirm: () => void change({ passwordEnabled }),
    });
  };
  return (
    <Section id="passwords" title={m.signin_passwords()}>
      <Switch label={m.signin_passwords_label()} description={isLocked ? m.signin_passwords_locked() : m.signin_passwords_hint()} checked={settings.passwordEnabled} disabled={isLocked} onChange={(event) => turn(event.currentTarget.checked)} />
    </Section>
  );
}

function Providers() {
  const { data: providers, error, isPending, refetch } = useQuery(providersQuery);
  return (
    <Section id="providers" title={m.signin_providers()} text={m.signin_providers_text()}>
      {isPending ? (
        <LoadingState />
      ) : error && !providers ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        providers!.length > 0 && (
          <ul className="setup-rows">
            {providers!.map((one) => (
              <ProviderRow key={one.id} provider={one} />
            ))}
          </ul>
        )
      )}
      <Group mt="xs">
        <Button size="xs" variant="light" renderRoot={(props) => <Link to="/setup/sign-in/$provider" params={{ provider: "new" }} {...props} />}>
          {m.signin_provider_new()}
        </Button>
      </Group>
    </Section>
  );
}

function ProviderRow({ provider }: { provider: Provider }) {
  const state = !provider.active ? m.signin_provider_inactive() : provider.provenAt === null ? m.signin_provider_unproven() : m.signin_provider_works();
  return (
    <Row
      title={
        <Anchor size="sm" fw={600} renderRoot={(props) => <Link to="/setup/sign-in/$provider" params={{ provider: provider.id }} {...props} />}>
          {provider.label || provider.name}
        </Anchor>
      }
      badges={
        <Badge size="sm" variant="default" tt="none">
          {state}
        </Badge>
      }
      facts={[provider.issuer, m.signin_provider_users({ count: provider.identities })]}
    />
  );
}

function RequiredFactors() {
  const { data: roles, error, isPending, refetch } = useQuery(rolesQuery);
  const turn = (roleId: string, mfaRequired: boolean) => act(() => api.PATCH("/api/v1/roles/{roleId}", { params: { path: { roleId } }, body: { mfaRequired } }), ["setup"], m.saved());
  return (
    <Section id="factors" title={m.signin_factors()} text={m.signin_factors_text()}>
      {isPending ? (
        <LoadingState />
      ) : error && !roles ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Stack gap="xs">
          {roles!.map((one) => (
            <Switch key={one.id} label={one.label || one.name} description={m.signin_factors_users({ count: one.users })} checked={one.mfaRequired} onChange={(event) => void turn(one.id, event.currentTarget.checked)} />
          ))}
        </Stack>
      )}
    </Section>
  );
}

function Support({ settings }: { settings: SignInSettings }) {
  return (
    <Section id="support" title={m.signin_support()} text={m.signin_support_text()}>
      <Stack>
        <Radio.Group aria-labelledby="support" value={settings.supportAccess} onChange={(value) => void change({ supportAccess: value as SignInSettings["supportAccess"] })}>
          <Stack gap="xs">
            <Radio value="never" label={m.signin_support_never()} />
            <Radio value="ask" label={m.signin_support_ask()} description={m.signin_support_ask_text()} />
            <Radio value="always" label={m.signin_support_always()} description={m.signin_support_always_text()} />
          </Stack>
        </Radio.Group>
        <SupportRequests />
      </Stack>
    </Section>
  );
}

function Origins({ settings }: { settings: SignInSettings }) {
  const saved = settings.allowedOrigins.join("\n");
  const [text, setText] = useState(saved);
  const [refusal, setRefusal] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      const allowedOrigins = text.split(/\s+/).filter((one) => one !== "");
      const { data } = await api.PATCH("/api/v1/sign-in-settings", { body: { allowedOrigins } });
      queries.setQueryData(settingsQuery.queryKey, data!);
      setText(data!.allowedOrigins.join("\n"));
    } catch (failure) {
      setRefusal(failure);
    } finally {
      setBusy(false);
    }
  };
  const problems = refusal instanceof Problem ? refusal.errors : [];
  const lines = text.split(/\s+/).filter((one) => one !== "");
  const errors = problems.map(({ field, message }) => `${lines[Number(/\[(\d+)\]/.exec(field)?.[1])] ?? ""} ${message}`.trim());
  return (
    <Section id="origins" title={m.signin_origins()} text={m.signin_origins_text()}>
      <Refusal text={refusal !== null && problems.length === 0 ? messageOf(refusal) : ""} />
      <Textarea aria-labelledby="origins" description={m.signin_origins_hint()} placeholder="https://app.example.com" autosize minRows={2} value={text} error={errors.length > 0 ? errors.join(" ") : null} onChange={(event) => setText(event.currentTarget.value)} />
      <SaveBar dirty={text !== saved} busy={busy} onSave={() => void save()} onDiscard={() => { setText(saved); setRefusal(null); }} />
    </Section>
  );
}
