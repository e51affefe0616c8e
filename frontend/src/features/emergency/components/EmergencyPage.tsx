import { MessageBar, MessageBarBody, MessageBarTitle, Text, makeStyles } from "@fluentui/react-components";
import { useQuery } from "@tanstack/react-query";
import { ProblemMessage } from "@/api/ProblemMessage";
import { QueryState } from "@/api/QueryState";
import { useHasRole } from "@/api/access";
import { type Customer, useCustomer } from "@/api/customers";
import { type EmergencyAccess, emergencyOptions } from "@/api/emergency";
import type { Tagged } from "@/api/tagged";
import { counted } from "@/lib/text";
import { Panel } from "@/ui/Panel";
import { useNotify } from "@/ui/useNotify";
import { type EmergencyObject, type Word, useEmergencySay } from "../queries";
import { AddObject } from "./AddObject";
import { ObjectRow } from "./ObjectRow";

const useStyles = makeStyles({ list: { margin: 0, padding: 0, listStyleType: "none" } });

/** Which accounts get in when nothing else does, as the policies show it and as people said. */
export function EmergencyPage() {
  const customer = useCustomer();
  const query = useQuery(emergencyOptions(customer.id));
  return <QueryState query={query}>{(view) => <Content customer={customer} view={view} />}</QueryState>;
}

const GROUPS: readonly [title: string, standings: readonly EmergencyObject["standing"][]][] = [
  ["Emergency access", ["confirmed", "recognised"]],
  ["May be emergency access", ["candidate"]],
  ["Not emergency access", ["refused"]],
];

const TOLD: Record<NonNullable<Word> | "nothing", string> = {
  confirmed: "Confirmed as emergency access",
  refused: "Noted: not emergency access",
  nothing: "The policies decide again",
};

function Content({ customer, view }: { customer: Customer; view: Tagged<EmergencyAccess> }) {
  const styles = useStyles();
  const admin = useHasRole("admin");
  const notify = useNotify();
  const say = useEmergencySay(customer.id, view);
  const { objects } = view.body;
  const speak = (object: Pick<EmergencyObject, "kind" | "id">, word: Word, onSuccess?: () => void) => {
    if (say.isPending) return;
    say.mutate(
      { choice: { kind: object.kind, id: object.id }, word },
      {
        onSuccess: () => {
          notify(TOLD[word ?? "nothing"]);
          onSuccess?.();
        },
      },
    );
  };
  return (
    <>
      <Head view={view.body} />
      {say.error && <ProblemMessage error={say.error} />}
      {GROUPS.map(([title, standings]) => {
        const shown = objects.filter((object) => standings.includes(object.standing));
        if (shown.length === 0) return null;
        return (
          <Panel key={title} title={title}>
            <ul className={styles.list} aria-label={title}>
              {shown.map((object) => (
                <ObjectRow
                  key={object.id}
                  object={object}
                  editable={admin}
                  busy={say.isPending}
                  onSay={(word) => speak(object, word)}
                />
              ))}
            </ul>
          </Panel>
        );
      })}
      {admin && <AddObject busy={say.isPending} onAdd={(object, done) => speak(object, "confirmed", done)} />}
    </>
  );
}

function Head({ view }: { view: EmergencyAccess }) {
  const counts = view.objects.filter(({ standing }) => standing === "confirmed" || standing === "recognised");
  const blocked = counts.filter((object) => object.blocked_by.length > 0).length;
  if (counts.length === 0) {
    return (
      <MessageBar intent="warning" layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>No emergency access is known</MessageBarTitle>
          No account is left out of nearly all policies. If a policy goes wrong, nobody may be able to sign in
          and mend it.
        </MessageBarBody>
      </MessageBar>
    );
  }
  return (
    <>
      <Text role="status">
        {view.accounts === null || view.accounts === undefined
          ? "How many accounts these are is not known: the members of a group were not read."
          : `${counted(view.accounts, "account")} for emergency access. Leaving them out of policies is good practice, and the report counts it as no gap.`}
      </Text>
      {blocked > 0 && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>Policies can block emergency access</MessageBarTitle>
            {`${counted(blocked, "object")} below would be blocked by a policy that is on.`}
          </MessageBarBody>
        </MessageBar>
      )}
    </>
  );
}
