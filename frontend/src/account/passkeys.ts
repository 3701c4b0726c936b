/** Passkeys (WebAuthn Level 3): the browser's part, in the specification's JSON forms. */
import { api } from "~/api";

type Options = Record<string, unknown>;

export const hasPasskeys = typeof globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON === "function";

/** Asks the authenticator for a new credential. Rejects if the user gives up. */
export async function createCredential(options: Options): Promise<Options> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as never);
  const credential = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  return credential.toJSON() as unknown as Options;
}

async function getCredential(options: Options): Promise<Options> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as never);
  const credential = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
  return credential.toJSON() as unknown as Options;
}

/** Signs in with a passkey: instead of a password, or after it with the challenge of the refusal. */
export async function signInWithPasskey(challenge?: string): Promise<void> {
  const { data } = await api.POST("/api/v1/auth/passkeys/begin", { body: challenge === undefined ? {} : { challenge } });
  const credential = await getCredential(data!.publicKey);
  await api.POST("/api/v1/auth/passkeys/finish", { body: { challenge: data!.challenge, credential } });
}
