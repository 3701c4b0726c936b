/** Tickets: a sign-in on a central host, or support access, that leads here. They are in the fragment of the address. */
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
