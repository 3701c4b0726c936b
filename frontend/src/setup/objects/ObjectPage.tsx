import "@mantine/core/styles/Tabs.css";
import "~/setup/setup.css";

import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";

import { PageError } from "~/app/PageError";
import { pluralLabelOf } from "~/fields/labels";
import { m } from "~/paraglide/messages";
import { AdviceTab } from "~/setup/objects/AdviceTab";
import { DetailsTab } from "~/setup/objects/DetailsTab";
import { FieldsTab } from "~/setup/objects/FieldsTab";
import { IndexesTab } from "~/setup/objects/IndexesTab";
import { definitionQuery } from "~/setup/objects/queries";
import { PageHeader } from "~/setup/pieces/PageHeader";
import { LoadingState } from "~/setup/pieces/states";

const route = getRouteApi("/shell/setup/objects/$object");
const TABS = { fields: m.objects_tab_fields, indexes: m.objects_tab_indexes, advice: m.objects_tab_advice, details: m.objects_tab_details };
type Tab = keyof typeof TABS;

/** One object. The tab is in the address. */
export default function ObjectPage() {
  const { object } = route.useParams();
  const { tab = "fields" } = route.useSearch();
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(definitionQuery(object));
  if (error && !data) return <PageError error={error} reset={() => void refetch()} />;
  if (!data) return <LoadingState />;
  const { definition } = data;
  const shown: Tab = tab in TABS ? (tab as Tab) : "fields";
  return (
    <div className="page">
      <PageHeader
        title={pluralLabelOf(definition)}
        back={{ label: m.setup_nav_objects(), link: { to: "/setup/objects" } }}
        description={definition.description || (definition.standard ? m.objects_standard_help() : undefined)}
      />
      <Tabs value={shown} onChange={(next) => void navigate({ to: "/setup/objects/$object", params: { object }, search: next === "fields" || !next ? {} : { tab: next } })} keepMounted={false}>
        <Tabs.List mb="md" className="setup-tabs">
          {(Object.keys(TABS) as Tab[]).map((one) => (
            <Tabs.Tab key={one} value={one}>
              {TABS[one]()}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="fields">
          <FieldsTab definition={definition} etag={data.etag} />
        </Tabs.Panel>
        <Tabs.Panel value="indexes">
          <IndexesTab definition={definition} etag={data.etag} />
        </Tabs.Panel>
        <Tabs.Panel value="advice">
          <AdviceTab definition={definition} etag={data.etag} />
        </Tabs.Panel>
        <Tabs.Panel value="details">
          <DetailsTab key={object} definition={definition} etag={data.etag} />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}
