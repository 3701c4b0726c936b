import { Combobox, InputBase, Loader, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, navigationQuery, queries, queryRecords, type Navigation } from "~/api";
import { idOf, nameOf } from "~/fields/format";
import { m } from "~/paraglide/messages";

interface Props {
  target: string;
  value: unknown;
  onChange: (value: { id: string; name: string } | null) => void;
  clearable: boolean;
  label?: string;
  "aria-label"?: string;
  error?: string | null;
  required?: boolean;
  autoFocus?: boolean;
}

/** Chooses one of an object's records, or a user, by its words: never all of them at once. */
export function LookupInput({ target, value, onChange, clearable, ...input }: Props) {
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const [typed, setTyped] = useState<string | null>(null);
  const [words] = useDebouncedValue(typed ?? "", 200);
  const found = useQuery({
    queryKey: ["lookup", target, words],
    enabled: combobox.dropdownOpened,
    queryFn: ({ signal }) => candidates(target, words.trim(), signal),
  });
  const close = () => {
    setTyped(null);
    combobox.closeDropdown();
  };
  return (
    <Combobox
      store={combobox}
      onOptionSubmit={(id) => {
        const chosen = found.data?.find((one) => one.id === id);
        onChange(chosen ?? null);
        close();
      }}
    >
      <Combobox.Target>
        <InputBase
          {...input}
          value={typed ?? nameOf(value)}
          placeholder={m.choose()}
          rightSection={found.isFetching ? <Loader size={14} /> : <Combobox.Chevron />}
          rightSectionPointerEvents="none"
          onFocus={() => combobox.openDropdown()}
          onClick={() => combobox.openDropdown()}
          onBlur={() => {
            if (typed === "" && clearable) onChange(null);
            close();
          }}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            combobox.openDropdown();
            combobox.updateSelectedOptionIndex();
          }}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options mah={240} style={{ overflowY: "auto" }}>
          {clearable && idOf(value) !== null && <Combobox.Option value="">–</Combobox.Option>}
          {found.data?.map((one) => (
            <Combobox.Option key={one.id} value={one.id}>
              {one.name}
            </Combobox.Option>
          ))}
          {found.data?.length === 0 && <Combobox.Empty>{m.nothing_found()}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

async function candidates(target: string, words: string, signal: AbortSignal): Promise<{ id: string; name: string }[]> {
  if (target === "users") {
    const query = words === "" ? { limit: 20, active: true } : { limit: 20, active: true, search: words };
    const { data } = await api.GET("/api/v1/users", { params: { query }, signal });
    return data!.data.map((one) => ({ id: one.id, name: one.name || one.email }));
  }
  const navigation: Navigation = await queries.ensureQueryData(navigationQuery);
  const nameField = navigation.objects.find((one) => one.name === target)?.nameField ?? null;
  const names = nameField === null ? [] : [nameField];
  const body = { limit: 20, fields: ["id", "version", ...names], sort: names, ...(words === "" ? {} : { search: words }) };
  const { data } = await queryRecords(target, body, signal);
  return data.map((one) => ({ id: one.id, name: nameField ? String(one[nameField] ?? "") : nameOf(one) }));
}
