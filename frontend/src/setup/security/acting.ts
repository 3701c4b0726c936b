import { notifications } from "@mantine/notifications";

import { queries } from "~/api";
import { messageOf } from "~/app/messages";

/** Does something that may be refused, tells how it went, and reads again what has changed. */
export async function act(work: () => Promise<unknown>, keys: readonly string[], done?: string): Promise<boolean> {
  let isDone = true;
  try {
    await work();
    if (done !== undefined) notifications.show({ message: done, autoClose: 2_000 });
  } catch (error) {
    isDone = false;
    notifications.show({ color: "red", message: messageOf(error) });
  }
  await Promise.all(keys.map((key) => queries.invalidateQueries({ queryKey: [key] })));
  return isDone;
}
