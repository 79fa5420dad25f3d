// What an address without a page shows.
import { Link } from "@tanstack/react-router";

import { Page } from "../ui/Page";
import { Empty } from "../ui/states";

export function Missing() {
  return (
    <main className="page-body">
      <Page title="No such page">
        <Empty title="There is nothing at this address">
          <p>It may have been mistyped. <Link to="/incidents" search={{}}>Go to the incidents</Link>.</p>
        </Empty>
      </Page>
    </main>
  );
}
