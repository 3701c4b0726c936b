import { useQuery } from "@tanstack/react-query";

import { m } from "~/paraglide/messages";
import type { Plan } from "~/setup/objects/plan";
import { PlanView } from "~/setup/objects/PlanView";
import { refusedOf } from "~/setup/objects/problems";
import { Refusal } from "~/session/Refusal";
import { ConfirmByName } from "~/setup/pieces/ConfirmByName";
import { LoadingState } from "~/setup/pieces/states";

interface Props {
  opened: boolean;
  onClose: () => void;
  title: string;
  name: string;
  /** What is lost, in a sentence. */
  note: string;
  plan: () => Promise<Plan>;
  drop: (confirm: string) => Promise<void>;
}

/** Shows what is lost with an object or a field, and asks for its name. */
export function DropDialog({ opened, onClose, title, name, note, plan, drop }: Props) {
  const planned = useQuery({ queryKey: ["setup", "drop", title], queryFn: plan, enabled: opened, staleTime: 0, gcTime: 0 });
  return (
    <ConfirmByName opened={opened} onClose={onClose} title={title} name={name} action={m.delete_()} isBlocked={!planned.data} onConfirm={drop}>
      {planned.isPending && !planned.error && <LoadingState />}
      {planned.error && <Refusal text={refusedOf(planned.error, []).rest} />}
      {planned.data && <PlanView plan={planned.data} reason="drop" notes={[note]} />}
    </ConfirmByName>
  );
}
