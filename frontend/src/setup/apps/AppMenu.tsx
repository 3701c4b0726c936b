import type { FieldProblem } from "@freehold/client";
import { ActionIcon, Anchor, Badge, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";

import { navigationQuery } from "~/api";
import { m } from "~/paraglide/messages";
import { freeLabel, problemAt, type PageType } from "~/setup/apps/layouts";
import { movePage, withoutGroup, type Group as MenuGroup, type Menu } from "~/setup/apps/menu";
import { NewPageDialog } from "~/setup/apps/NewPageDialog";
import type { App } from "~/setup/apps/queries";
import { movedIn, type Place } from "~/setup/apps/sorting/moving";
import { Sort, SortItem, SortList } from "~/setup/apps/sorting/Sortable";
import { TranslationsInput } from "~/setup/pieces/TranslationsInput";

interface Props {
  app: App;
  menu: Menu;
  problems: readonly FieldProblem[];
  isDirty: boolean;
  onChange: (menu: Menu) => void;
}

/** The groups of the menu and their pages, which are moved within a group and between groups. */
export function AppMenu({ app, menu, problems, isDirty, onChange }: Props) {
  const navigate = useNavigate();
  const [creating, { open, close }] = useDisclosure();
  const { groups, rest } = menu;
  const lists = [...groups.map((one) => one.pages), rest];
  const pages = new Map(app.pages.map((one) => [one.name, one]));
  const nameAt = ({ list, at }: Place) => pages.get(lists[list]?.[at] ?? "")?.label ?? "";
  const listName = (list: number) => groups[list]?.label ?? m.menu_rest();
  const setGroup = (at: number, part: Partial<MenuGroup>) => onChange({ groups: groups.map((one, index) => (index === at ? { ...one, ...part } : one)), rest });
  const addGroup = () => onChange({ groups: [...groups, { label: freeLabel(m.menu_group(), groups.map((one) => one.label)), pages: [] }], rest });

  const listOf = (list: number) => (
    <SortList list={list} label={listName(list)} empty={m.menu_group_empty()}>
      {lists[list]!.map((name, at) => (
        <SortItem key={name} place={{ list, at }}>
          <PageLine app={app.name} page={pages.get(name)!} />
        </SortItem>
      ))}
    </SortList>
  );
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {m.app_menu_text()}
      </Text>
      <Sort lists={lists} itemName={nameAt} listName={listName} onMove={(from, to) => onChange(movePage(menu, from, to))}>
        {groups.map((group, at) => (
          <div key={at} className="editor-box">
            <Group gap="xs" mb="xs" wrap="nowrap" align="flex-start">
              <TextInput flex={1} size="xs" aria-label={m.menu_group_label()} required maxLength={100} value={group.label} error={problemAt(problems, `navigation.${at}`)} onChange={(event) => setGroup(at, { label: event.currentTarget.value })} />
              <ActionIcon variant="subtle" color="gray" disabled={at === 0} aria-label={m.sort_up({ item: group.label })} onClick={() => onChange({ groups: movedIn(groups, at, at - 1), rest })}>
                ↑
              </ActionIcon>
              <ActionIcon variant="subtle" color="gray" disabled={at === groups.length - 1} aria-label={m.sort_down({ item: group.label })} onClick={() => onChange({ groups: movedIn(groups, at, at + 1), rest })}>
                ↓
              </ActionIcon>
              <ActionIcon variant="subtle" color="gray" aria-label={m.menu_group_remove({ group: group.label })} onClick={() => onChange(withoutGroup(menu, at))}>
                ×
              </ActionIcon>
            </Group>
            {listOf(at)}
            <TranslationsInput texts={{ label: m.menu_group_label() }} value={group.translations ?? {}} onChange={(translations) => setGroup(at, { translations })} />
          </div>
        ))}
        {(rest.length > 0 || groups.length === 0) && (
          <div className="editor-box">
            {groups.length > 0 && (
              <Text size="sm" fw={600} mb="xs">
                {m.menu_rest()}
              </Text>
            )}
            {listOf(groups.length)}
          </div>
        )}
      </Sort>
      <Group>
        <Button size="xs" variant="light" onClick={open} disabled={isDirty} title={isDirty ? m.menu_save_first() : undefined}>
          {m.page_new()}
        </Button>
        <Button size="xs" variant="default" onClick={addGroup}>
          {m.menu_group_add()}
        </Button>
        {isDirty && (
          <Text size="xs" c="dimmed">
            {m.menu_save_first()}
          </Text>
        )}
      </Group>
      <NewPageDialog app={app} opened={creating} onClose={close} onCreated={(page) => void navigate({ to: "/setup/apps/$app/$page", params: { app: app.name, page } })} />
    </Stack>
  );
}

function PageLine({ app, page }: { app: string; page: App["pages"][number] }) {
  const { data: navigation } = useSuspenseQuery(navigationQuery);
  const object = navigation.objects.find((one) => one.name === page.object);
  return (
    <Group gap="xs">
      <Anchor size="sm" renderRoot={(props) => <Link to="/setup/apps/$app/$page" params={{ app, page: page.name }} {...props} />}>
        {page.label}
      </Anchor>
      <Badge size="sm" variant="default" tt="none" fw={500}>
        {typeWord(page.type)}
      </Badge>
      {object && (
        <Text size="xs" c="dimmed">
          {object.pluralLabel}
        </Text>
      )}
    </Group>
  );
}

export function typeWord(type: PageType): string {
  return { list: m.page_type_list, record: m.page_type_record, custom: m.page_type_custom }[type]();
}
