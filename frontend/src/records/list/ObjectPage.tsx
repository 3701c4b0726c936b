import { getRouteApi } from "@tanstack/react-router";

import { ListPage } from "~/records/list/ListPage";

const route = getRouteApi("/shell/o/$object");

/** All records of an object. */
export default function ObjectPage() {
  const { object } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <ListPage
      key={object}
      object={object}
      search={search}
      onSearch={(next, replace) => void navigate({ search: next, replace })}
    />
  );
}
