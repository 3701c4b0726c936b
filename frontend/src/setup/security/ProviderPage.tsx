import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Switch.css";
import "@mantine/core/styles/Pill.css";
import "@mantine/core/styles/PillsInput.css";
import "@mantine/core/styles/PasswordInput.css";
import "@mantine/core/styles/List.css";
import "~/setup/security/security.css";

import { Problem, type Schemas } from "@freehold/client";
import { ActionIcon, Alert, Button, Group, Input, List, MultiSelect, PasswordInput, Stack, Switch, Text, Textarea, TextInput, Title } from "@mantine/core";
import { useClipboard, useDisclosure } from "@mantine/hooks";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { api, queries } from "~/api";
import { messageOf } from "~/app/messages";
import { NotFound } from "~/app/NotFound";
import { m } from "~/paraglide/messages";
import { SaveRefusal } from "~/setup/apps/SaveRefusal";
import { useDraft } from "~/setup/apps/useDraft";
import { ConfirmByName } from "~/setup/pieces/ConfirmByName";
import { rolesQuery } from "~/setup/people/queries";
import { PageHeader } from "~/setup/pieces/PageHeader";
import { SaveBar } from "~/setup/pieces/SaveBar";
import { bodyOf, changesOf, draftOf, NEW_PROVIDER, type Rule } from "~/setup/security/provider";
import { providersQuery, type Provider } from "~/setup/security/queries";

const route = getRouteApi("/shell/setup/sign-in/$provider");

/** One OpenID Connect provider, or a new one. */
export default function ProviderPage() {
  const { provider: id } = route.useParams();
  const { data: providers } = useSuspenseQuery(providersQuery);
  const [version, setVersion] = useState(0);
  const found = providers.find((one) => one.id === id);
  if (id !== "new" && !found) return <NotFound />;
  return <Form key={`${id} ${version}`} provider={found ?? null} onSaved={() => setVersion((one) => one + 1)} />;
}

const PLACES = ["name", "label", "issuer", "clientId", "clientSecret", "scopes", "emailClaim"];

function Form({ provider, onSaved }: { provider: Provider | null; onSaved: () => void }) {
  const navigate = useNavigate();
  const { data: roles } = useSuspenseQuery(rolesQuery);
  const { draft, base, isDirty, change, reset } = useDraft(useMemo(() => (provider ? draftOf(provider) : NEW_PROVIDER), [provider]));
  const [refusal, setRefusal] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [removesSecret, setRemovesSecret] = useState(false);
  const [deleting, { open, close }] = useDisclosure();
  const problems = refusal instanceof Problem ? refusal.errors : [];
  const at = (place: string) => problems.find((one) => one.field === place)?.message ?? null;
  const inside = (place: string) => problems.filter((one) => one.field === place || one.field.startsWith(`${place}[`)).map((one) => one.message).join(" ") || null;
  const roleNames = roles.map((one) => ({ value: one.name, label: one.label || one.name }));
  const title = provider ? provider.label || provider.name : m.signin_provider_new();

  const save = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      if (provider) await api.PATCH("/api/v1/identity-providers/{providerId}", { params: { path: { providerId: provider.id } }, body: changesOf(base, draft, removesSecret) });
      else {
        const { data } = await api.POST("/api/v1/identity-providers", { body: bodyOf(draft) });
        await queries.invalidateQueries({ queryKey: providersQuery.queryKey });
        await navigate({ to: "/setup/sign-in/$provider", params: { provider: data!.id }, replace: true, ignoreBlocker: true });
      }
      await queries.invalidateQueries({ queryKey: providersQuery.queryKey });
      notifications.show({ message: m.saved(), autoClose: 3_000 });
      onSaved();
    } catch (failure) {
      setRefusal(failure);
      setBusy(false);
    }
  };
  const drop = async (confirm?: string) => {
    await api.DELETE("/api/v1/identity-providers/{providerId}", { params: { path: { providerId: provider!.id }, query: confirm === undefined ? {} : { confirm } } });
    await navigate({ to: "/setup/sign-in", ignoreBlocker: true });
    await queries.invalidateQueries({ queryKey: providersQuery.queryKey });
  };
  const remove = () => {
    if (provider!.identities > 0) return open();
    modals.openConfirmModal({
      title: m.signin_provider_delete_title({ provider: title }),
      labels: { confirm: m.delete_(), cancel: m.cancel() },
      confirmProps: { color: "red" },
      onConfirm: () => void drop().catch((failure: unknown) => setRefusal(failure)),
    });
  };

  return (
    <div className="page" style={{ maxWidth: "44rem" }}>
      <PageHeader title={title} back={{ label: m.setup_nav_sign_in(), link: { to: "/setup/sign-in" } }} description={m.signin_provider_text()}>
        {provider && (
          <Button size="xs" variant="default" color="red" onClick={remove}>
            {m.delete_()}
          </Button>
        )}
      </PageHeader>
      <Stack>
        <SaveRefusal refusal={refusal} places={[...PLACES, ...problems.map((one) => one.field).filter((one) => /^(domains|roleRules|defaultRoles)/.test(one))]} onReload={onSaved} />
        {provider && <Redirect uri={provider.redirectUri} />}
        <TextInput label={m.signin_provider_label()} description={m.signin_provider_label_hint()} maxLength={100} value={draft.label} error={at("label")} onChange={(event) => change({ label: event.currentTarget.value })} />
        <TextInput label={m.signin_provider_name()} description={m.signin_provider_name_hint()} required maxLength={40} value={draft.name} error={at("name")} onChange={(event) => change({ name: event.currentTarget.value })} />
        <TextInput label={m.signin_provider_issuer()} description={provider && provider.identities > 0 ? m.signin_provider_issuer_links({ count: provider.identities }) : m.signin_provider_issuer_hint()} required type="url" placeholder="https://login.example.com" value={draft.issuer} error={at("issuer")} onChange={(event) => change({ issuer: event.currentTarget.value })} />
        <TextInput label={m.signin_provider_client()} required autoComplete="off" value={draft.clientId} error={at("clientId")} onChange={(event) => change({ clientId: event.currentTarget.value })} />
        <PasswordInput label={m.signin_provider_secret()} description={!provider?.hasClientSecret ? m.signin_provider_secret_hint() : removesSecret ? m.signin_provider_secret_removed() : m.signin_provider_secret_kept()} autoComplete="new-password" disabled={removesSecret} value={removesSecret ? "" : draft.clientSecret} error={at("clientSecret")} onChange={(event) => change({ clientSecret: event.currentTarget.value })} />
        {provider?.hasClientSecret && (
          <Group>
            <Button size="compact-sm" variant="default" onClick={() => setRemovesSecret(!removesSecret)}>
              {removesSecret ? m.signin_provider_secret_keep() : m.signin_provider_secret_remove()}
            </Button>
          </Group>
        )}
        <Switch label={m.signin_provider_active()} description={m.signin_provider_active_hint()} checked={draft.active} onChange={(event) => change({ active: event.currentTarget.checked })} />
        <Title order={2} mt="sm">
          {m.signin_provider_users_title()}
        </Title>
        <Textarea label={m.signin_provider_domains()} description={m.signin_provider_domains_hint()} placeholder="example.com" autosize minRows={2} value={draft.domains} error={inside("domains")} onChange={(event) => change({ domains: event.currentTarget.value })} />
        <MultiSelect label={m.signin_provider_roles()} description={m.signin_provider_roles_hint()} data={roleNames} value={draft.defaultRoles} error={inside("defaultRoles")} onChange={(defaultRoles) => change({ defaultRoles })} />
        <Rules rules={draft.roleRules} roles={roleNames} error={inside("roleRules")} onChange={(roleRules) => change({ roleRules })} />
        <Title order={2} mt="sm">
          {m.signin_provider_details()}
        </Title>
        <TextInput label={m.signin_provider_scopes()} value={draft.scopes} error={at("scopes")} onChange={(event) => change({ scopes: event.currentTarget.value })} />
        <TextInput label={m.signin_provider_claim()} value={draft.emailClaim} error={at("emailClaim")} onChange={(event) => change({ emailClaim: event.currentTarget.value })} />
        <Switch label={m.signin_provider_verified()} description={m.signin_provider_verified_hint()} checked={draft.emailsVerified} onChange={(event) => change({ emailsVerified: event.currentTarget.checked })} />
        <Switch label={m.signin_provider_factor()} description={m.signin_provider_factor_hint()} checked={draft.secondFactor} onChange={(event) => change({ secondFactor: event.currentTarget.checked })} />
        {provider && <Test provider={provider} isDirty={isDirty} />}
      </Stack>
      <SaveBar dirty={isDirty || removesSecret} busy={busy} onSave={() => void save()} onDiscard={() => { setRefusal(null); setRemovesSecret(false); reset(); }} />
      {provider && (
        <ConfirmByName opened={deleting} onClose={close} title={m.signin_provider_delete_title({ provider: title })} name={provider.name} action={m.delete_()} onConfirm={drop}>
          <Text size="sm">{m.signin_provider_delete_text({ count: provider.identities })}</Text>
        </ConfirmByName>
      )}
    </div>
  );
}

function Redirect({ uri }: { uri: string }) {
  const clipboard = useClipboard({ timeout: 3_000 });
  return (
    <Input.Wrapper label={m.signin_provider_redirect()} description={m.signin_provider_redirect_hint()} labelElement="div">
      <Group gap="xs" mt={4}>
        <code className="setup-token" style={{ flex: "1 1 16rem", padding: ".4rem .6rem" }}>
          {uri}
        </code>
        <Button size="xs" variant="default" onClick={() => clipboard.copy(uri)}>
          {clipboard.copied ? m.key_copied() : m.key_copy()}
        </Button>
      </Group>
    </Input.Wrapper>
  );
}

interface RulesProps {
  rules: Rule[];
  roles: { value: string; label: string }[];
  error: string | null;
  onChange: (rules: Rule[]) => void;
}

/** Roles that users get for what the provider says of them. */
function Rules({ rules, roles, error, onChange }: RulesProps) {
  const set = (at: number, part: Partial<Rule>) => onChange(rules.map((one, index) => (index === at ? { ...one, ...part } : one)));
  return (
    <Input.Wrapper label={m.signin_rules()} description={m.signin_rules_hint()} error={error} labelElement="div">
      <Stack gap="xs" mt={6}>
        {rules.map((one, at) => (
          <Group key={at} gap="xs" align="flex-end" role="group" aria-label={m.signin_rule({ number: at + 1 })}>
            <TextInput style={{ flex: "1 1 7rem" }} size="xs" label={m.signin_rule_claim()} placeholder="groups" value={one.claim} onChange={(event) => set(at, { claim: event.currentTarget.value })} />
            <TextInput style={{ flex: "1 1 7rem" }} size="xs" label={m.signin_rule_value()} value={one.value} onChange={(event) => set(at, { value: event.currentTarget.value })} />
            <MultiSelect style={{ flex: "2 1 10rem" }} size="xs" label={m.signin_rule_roles()} data={roles} value={one.roles} onChange={(next) => set(at, { roles: next })} />
            <ActionIcon variant="subtle" color="gray" aria-label={m.signin_rule_remove({ number: at + 1 })} onClick={() => onChange(rules.filter((_, index) => index !== at))}>
              ×
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button size="xs" variant="light" onClick={() => onChange([...rules, { claim: "groups", value: "", roles: [] }])}>
            {m.signin_rule_add()}
          </Button>
        </Group>
      </Stack>
    </Input.Wrapper>
  );
}

/** Reads what the provider publishes, as it is saved. */
function Test({ provider, isDirty }: { provider: Provider; isDirty: boolean }) {
  const [result, setResult] = useState<Schemas["IdentityProviderTest"] | null>(null);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    setError("");
    setResult(null);
    try {
      const { data } = await api.POST("/api/v1/identity-providers/{providerId}/test", { params: { path: { providerId: provider.id } } });
      setResult(data!);
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Stack gap="xs">
      <Group>
        <Button size="xs" variant="light" loading={busy} disabled={isDirty} onClick={() => void run()}>
          {m.signin_provider_test()}
        </Button>
        {isDirty && (
          <Text size="xs" c="dimmed">
            {m.signin_provider_test_saved()}
          </Text>
        )}
      </Group>
      <div role="status">
        {error !== "" && <Alert color="red">{error}</Alert>}
        {result && (
          <Alert color={result.ok ? "green" : "red"} title={result.ok ? m.signin_provider_test_ok({ keys: result.signingKeys }) : m.signin_provider_test_failed()}>
            <List size="sm">
              {[...result.problems, ...result.warnings].map((one) => (
                <List.Item key={one}>{one}</List.Item>
              ))}
            </List>
          </Alert>
        )}
      </div>
    </Stack>
  );
}
