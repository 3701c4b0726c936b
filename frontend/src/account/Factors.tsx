import "@mantine/core/styles/Code.css";
import "@mantine/core/styles/PasswordInput.css";
import "@mantine/core/styles/SimpleGrid.css";
import "@mantine/core/styles/Table.css";

import { Problem } from "@freehold/client";
import { Alert, Button, Code, Group, PasswordInput, SimpleGrid, Stack, Table, Text, TextInput } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";

import { createCredential, hasPasskeys } from "~/account/passkeys";
import { NameForm } from "~/account/NameForm";
import { QrCode } from "~/account/QrCode";
import { factorsQuery } from "~/account/queries";
import { api } from "~/api";
import { messageOf } from "~/app/messages";
import { moment } from "~/fields/format";
import { m } from "~/paraglide/messages";
import { currentStyle } from "~/records/style";
import { Refusal } from "~/session/Refusal";

const RENAMING = "factor-name";

type State =
  | { step: "list" }
  | { step: "confirm"; then: () => Promise<void> }
  | { step: "totp"; id: string; secret: string; uri: string }
  | { step: "codes"; codes: string[] };

/** The user's second factors: apps, passkeys and recovery codes. Changes need a sign-in of the last ten minutes. */
export function Factors({ onAdded }: { onAdded?: () => void }) {
  const client = useQueryClient();
  const { data: factors } = useSuspenseQuery(factorsQuery);
  const [state, setState] = useState<State>({ step: "list" });
  const [refusal, setRefusal] = useState("");
  const [busy, setBusy] = useState(false);
  const style = currentStyle();

  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setRefusal("");
    try {
      await work();
    } catch (error) {
      if (error instanceof Problem && error.code === "confirmation-required") setState({ step: "confirm", then: work });
      else if (error instanceof DOMException) setRefusal(m.passkey_failed());
      else setRefusal(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  const added = async (codes: string[] | undefined) => {
    await client.invalidateQueries({ queryKey: factorsQuery.queryKey });
    if (codes && codes.length > 0) setState({ step: "codes", codes });
    else {
      setState({ step: "list" });
      onAdded?.();
    }
  };
  const addApp = () =>
    run(async () => {
      const { data } = await api.POST("/api/v1/me/factors", { body: { kind: "totp", name: m.authenticator_app() } });
      setState({ step: "totp", id: data!.id ?? "", secret: data!.secret ?? "", uri: data!.uri ?? "" });
    });
  const addPasskey = () =>
    run(async () => {
      const { data } = await api.POST("/api/v1/me/factors", { body: { kind: "passkey", name: m.passkey() } });
      const credential = await createCredential(data!.publicKey!);
      const params = { path: { factorId: data!.id! } };
      const done = await api.POST("/api/v1/me/factors/{factorId}", { params, body: { credential } });
      await added(done.data!.recoveryCodes);
    });
  const renew = () =>
    run(async () => {
      const { data } = await api.POST("/api/v1/me/factors", { body: { kind: "recovery-codes" } });
      await added(data!.recoveryCodes);
    });
  const remove = (factorId: string) =>
    run(async () => {
      await api.DELETE("/api/v1/me/factors/{factorId}", { params: { path: { factorId } } });
      await client.invalidateQueries({ queryKey: factorsQuery.queryKey });
    });
  const rename = (factorId: string, name: string) =>
    modals.open({
      modalId: RENAMING,
      title: m.factor_rename(),
      children: (
        <NameForm
          name={name}
          onSave={async (next) => {
            await api.PATCH("/api/v1/me/factors/{factorId}", { params: { path: { factorId } }, body: { name: next } });
            await client.invalidateQueries({ queryKey: factorsQuery.queryKey });
            modals.close(RENAMING);
          }}
        />
      ),
    });

  return (
    <Stack>
      <Refusal text={refusal} />
      {state.step === "confirm" && (
        <Confirm
          onConfirmed={async () => {
            setState({ step: "list" });
            await run(state.then);
          }}
        />
      )}
      {state.step === "totp" && <ConfirmApp {...state} onAdded={added} />}
      {state.step === "codes" && (
        <Stack>
          <Alert>{m.recovery_codes_once()}</Alert>
          <SimpleGrid cols={2} spacing="xs">
            {state.codes.map((code) => (
              <Code key={code} fz="md">
                {code}
              </Code>
            ))}
          </SimpleGrid>
          <Group>
            <Button
              onClick={() => {
                setState({ step: "list" });
                onAdded?.();
              }}
            >
              {m.recovery_codes_kept()}
            </Button>
          </Group>
        </Stack>
      )}
      {state.step === "list" && (
        <>
          {factors.data.length === 0 ? (
            <Text size="sm" c="dimmed">
              {m.no_factors()}
            </Text>
          ) : (
            <Table>
              <Table.Tbody>
                {factors.data.map((one) => (
                  <Table.Tr key={one.id}>
                    <Table.Td>{one.name || (one.kind === "totp" ? m.authenticator_app() : m.passkey())}</Table.Td>
                    <Table.Td c="dimmed">{moment(one.createdAt, style)}</Table.Td>
                    <Table.Td ta="end">
                      <Button size="compact-sm" variant="subtle" onClick={() => rename(one.id, one.name)}>
                        {m.factor_rename()}
                      </Button>
                      <Button size="compact-sm" variant="subtle" color="red" onClick={() => void remove(one.id)}>
                        {m.delete_()}
                      </Button>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )}
          <Group>
            <Button variant="light" loading={busy} onClick={() => void addApp()}>
              {m.add_app()}
            </Button>
            {hasPasskeys && (
              <Button variant="light" loading={busy} onClick={() => void addPasskey()}>
                {m.add_passkey()}
              </Button>
            )}
            {factors.data.length > 0 && (
              <Button variant="subtle" loading={busy} onClick={() => void renew()}>
                {m.renew_codes({ left: factors.recoveryCodes })}
              </Button>
            )}
          </Group>
        </>
      )}
    </Stack>
  );
}

/** Asks for the password or a code, which a change of second factors needs. */
export function Confirm({ onConfirmed }: { onConfirmed: () => Promise<void> }) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [error, setError] = useState("");
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    try {
      await api.POST("/api/v1/auth/confirm", { body: code === "" ? { password } : { code } });
      await onConfirmed();
    } catch (failure) {
      setError(messageOf(failure));
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <Text size="sm">{m.confirm_it_is_you()}</Text>
        <PasswordInput label={m.password()} autoComplete="current-password" value={password} error={error || null} onChange={(event) => setPassword(event.currentTarget.value)} />
        <TextInput label={m.or_code()} inputMode="numeric" autoComplete="one-time-code" value={code} onChange={(event) => setCode(event.currentTarget.value)} />
        <Group>
          <Button type="submit">{m.continue_()}</Button>
        </Group>
      </Stack>
    </form>
  );
}

interface AppProps {
  id: string;
  secret: string;
  uri: string;
  onAdded: (codes: string[] | undefined) => Promise<void>;
}

function ConfirmApp({ id, secret, uri, onAdded }: AppProps) {
  const [code, setCode] = useState("");
  const [error, setError] = useState("");
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    try {
      const params = { path: { factorId: id } };
      const { data } = await api.POST("/api/v1/me/factors/{factorId}", { params, body: { code } });
      await onAdded(data!.recoveryCodes);
    } catch (failure) {
      setError(messageOf(failure));
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <Text size="sm">{m.scan_code()}</Text>
        <QrCode text={uri} label={m.qr_code()} />
        <Code>{secret}</Code>
        <TextInput label={m.code()} inputMode="numeric" autoComplete="one-time-code" required autoFocus value={code} error={error || null} onChange={(event) => setCode(event.currentTarget.value)} />
        <Group>
          <Button type="submit">{m.continue_()}</Button>
        </Group>
      </Stack>
    </form>
  );
}
