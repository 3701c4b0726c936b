import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useEffect, useState, type ReactNode } from "react";

import { messageOf } from "~/app/messages";
import { m } from "~/paraglide/messages";
import { Refusal } from "~/session/Refusal";

interface Props {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** What has to be typed. */
  name: string;
  /** The words of the button. */
  action: string;
  /** Called with the name that was typed. What it throws is shown, and the dialog stays. */
  onConfirm: (name: string) => Promise<void>;
  /** Whether it cannot be done now; `children` say why. */
  isBlocked?: boolean;
  /** What is lost. */
  children?: ReactNode;
}

/** Asks for the name of what is lost before it is. */
export function ConfirmByName({ opened, onClose, title, name, action, onConfirm, isBlocked = false, children }: Props) {
  const [typed, setTyped] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (opened) {
      setTyped("");
      setError("");
    }
  }, [opened]);
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (typed.trim() !== name) return;
    setBusy(true);
    setError("");
    try {
      await onConfirm(name);
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened={opened} onClose={onClose} title={title}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          <Refusal text={error} />
          {children}
          {!isBlocked && (
            <>
              <TextInput
                label={m.setup_frame_type_name({ name })}
                value={typed}
                autoComplete="off"
                spellCheck={false}
                autoCapitalize="none"
                data-autofocus
                onChange={(event) => setTyped(event.currentTarget.value)}
              />
              <Text size="sm" c="dimmed">
                {m.setup_frame_no_undo()}
              </Text>
            </>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {m.cancel()}
            </Button>
            {!isBlocked && (
              <Button type="submit" color="red" loading={busy} disabled={typed.trim() !== name}>
                {action}
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
