/** What can be said about a field before the service is asked. */
import { m } from "~/paraglide/messages";
import type { FieldDraft } from "~/setup/objects/fieldDraft";
import { faultOfName, type NameRules } from "~/setup/objects/names";
import { faultOfOption } from "~/setup/objects/optionList";
import { NAME_FAULTS } from "~/setup/objects/problems";

/** Words by input. */
export function faultsOf(draft: FieldDraft, rules: NameRules): Record<string, string> {
  const found: Record<string, string> = {};
  const name = faultOfName(draft.name, rules);
  if (draft.label.trim() === "") found.label = m.objects_label_missing();
  if (name) found.name = NAME_FAULTS[name]();
  if (draft.type === "select" || draft.type === "multi_select") {
    if (draft.options.length === 0) found.options = m.option_none();
    else if (draft.options.every((one) => one.archived)) found.options = m.option_all_archived();
    else if (draft.options.some((_, at) => faultOfOption(draft.options, at) !== null)) found.options = m.option_faults();
  }
  if (draft.type === "lookup" && !draft.target) found.target = m.field_target_missing();
  for (const setting of ["maxLength", "precision", "scale", "start"] as const) {
    if (draft[setting] === "") found[setting] = m.field_number_missing();
  }
  return found;
}
