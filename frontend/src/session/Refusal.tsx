import { Alert } from "@mantine/core";

/** Why a form was refused; nothing as long as it was not. */
export function Refusal({ text }: { text: string }) {
  if (text === "") return null;
  return (
    <Alert color="red" role="alert">
      {text}
    </Alert>
  );
}
