// The door: sign in, and choose a password of one's own when the present one was given by somebody else.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { meQuery } from "../../api/queries";
import type { Me } from "../../api/types";
import { Tower } from "../../ui/icons";
import { useTitle } from "../../ui/Page";
import type { Search } from "../../ui/search";
import { ChoosePassword } from "./ChoosePassword";
import { PasswordForm } from "./PasswordForm";
import { safeTarget } from "./target";
import "./session.css";

export function SignInPage() {
  const search: Search = useSearch({ strict: false });
  const client = useQueryClient();
  const navigate = useNavigate();
  const [signedIn, setSignedIn] = useState<{ me: Me; password: string } | null>(null);
  const known = useQuery({ ...meQuery, enabled: search["step"] === "password" || search["from"] !== undefined }).data;
  useTitle("Sign in");

  const enter = async (me: Me) => {
    client.setQueryData(meQuery.queryKey, me);
    await navigate({ href: safeTarget(search["from"]), replace: true });
  };
  const me = signedIn?.me ?? known;
  const choosing = me && (search["step"] === "password" || me.must_choose_password);

  return (
    <main className="door">
      <div className="door-card">
        <p className="door-name"><Tower size={26} /> Bartizan</p>
        {choosing ? (
          <ChoosePassword me={me} current={signedIn?.password} onDone={enter} />
        ) : (
          <PasswordForm
            expired={search["from"] !== undefined}
            onSignedIn={(next, password) => {
              if (next.must_choose_password) setSignedIn({ me: next, password });
              else void enter(next);
            }}
          />
        )}
      </div>
    </main>
  );
}
