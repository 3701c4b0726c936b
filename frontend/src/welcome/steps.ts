/** What somebody may do first in a new workspace. */
import type { Navigation } from "~/api";

export type Step = { kind: "invite" | "define" | "settings" } | { kind: "import"; object: string; label: string };

type Rights = { permissions: string[]; objects: Pick<Navigation["objects"][number], "name" | "pluralLabel" | "can">[] };

/** @param isSupport Whether an operator with support access asks, who may neither invite nor import. */
export function stepsFor({ permissions, objects }: Rights, isSupport: boolean): Step[] {
  const importable = isSupport ? undefined : objects.find((one) => one.can.create && one.can.read);
  return [
    ...(permissions.includes("users:manage") && !isSupport ? [{ kind: "invite" } as const] : []),
    ...(importable ? [{ kind: "import", object: importable.name, label: importable.pluralLabel } as const] : []),
    ...(permissions.includes("objects:manage") ? [{ kind: "define" } as const] : []),
    ...(permissions.includes("tenant:manage") ? [{ kind: "settings" } as const] : []),
  ];
}
