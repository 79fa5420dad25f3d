// One's own account: who one is here, what one may do, the second factor and the password.
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";

import { useMe } from "../../api/me";
import { meQuery } from "../../api/queries";
import { Facts } from "../../ui/Facts";
import { Page } from "../../ui/Page";
import { Waiting } from "../../ui/states";
import { ChoosePassword } from "./ChoosePassword";
import { SecondFactor } from "./SecondFactor";
import { spoken } from "./permissions";
import "./session.css";

export function AccountPage() {
  const me = useMe();
  const client = useQueryClient();
  if (!me) return <Page title="Your account"><Waiting /></Page>;
  return (
    <Page title="Your account" beside={me.name}>
      <div className="page-body account-page">
        <section className="card">
          <h2>Who you are here</h2>
          <Facts of={[
            ["Name", me.name],
            ["Role", me.role],
            ["Tenant", me.tenant.name],
            ["Data kept in", me.tenant.data_location],
            ["You may", <ul key="may" className="permissions">{spoken(me.permissions).map((each) => <li key={each}>{each}</li>)}</ul>],
          ]} />
        </section>
        <div className="account-secrets">
          <SecondFactor me={me} />
          <section className="card">
            <ChoosePassword me={me} current={undefined} part onDone={(known) => {
              client.setQueryData(meQuery.queryKey, known);
              notifications.show({ title: "Your password is changed", message: "Your other sessions have ended." });
            }} />
          </section>
        </div>
      </div>
    </Page>
  );
}
