/** Tickets: a sign-in on a central host, or support access, that leads here. They are in the fragment of the address. */
import { createFreehold, Problem } from "@freehold/client";

import { api } from "~/api";

/** The ticket of the address, which leaves the address at once. */
export function takeTicket(): string | null {
  const ticket = new URLSearchParams(location.hash.slice(1)).get("ticket");
  if (ticket !== null) history.replaceState(history.state, "", location.pathname + location.search);
  return ticket;
}

export async function redeem(ticket: string): Promise<void> {
  await api.POST("/api/v1/auth/ticket", { body: { ticket } });
}

/** The address of who is signed in already; null if nobody is. A refusal leads nowhere here. */
export async function presentUser(): Promise<string | null> {
  try {
    return (await createFreehold().GET("/api/v1/auth/session")).data!.user.email;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  }
}
