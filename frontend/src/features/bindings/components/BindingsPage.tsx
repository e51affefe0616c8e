import { Button, Text, makeStyles, tokens } from "@fluentui/react-components";
import { LinkRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { ProblemMessage } from "@/api/ProblemMessage";
import { QueryState } from "@/api/QueryState";
import { useHasRole } from "@/api/access";
import { type Customer, useCustomer } from "@/api/customers";
import { isProblem } from "@/api/problems";
import type { Tagged } from "@/api/tagged";
import { counted } from "@/lib/text";
import { useLinkStyles } from "@/ui/links";
import { Panel } from "@/ui/Panel";
import { EmptyState } from "@/ui/States";
import { useNotify } from "@/ui/useNotify";
import { type Draft, choicesOf, choose, keyOf } from "../draft";
import { type BindingList, bindingsOptions, useBindingsSave } from "../queries";
import { BindingRow } from "./BindingRow";

const useStyles = makeStyles({
  list: { margin: 0, padding: 0, listStyleType: "none" },
  bar: {
    position: "sticky",
    bottom: 0,
    display: "flex",
    flexWrap: "wrap",
    gap: "8px",
    alignItems: "center",
    padding: "12px 0",
    backgroundColor: tokens.colorNeutralBackground1,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
});

/** What the references of the comparison baseline mean in this tenant. */
export function BindingsPage() {
  const customer = useCustomer();
  const query = useQuery(bindingsOptions(customer.id));
  return (
    <QueryState query={query}>
      {(list) =>
        list.body.items.length === 0 ? (
          <NothingToBind
            customer={customer}
            own={list.body.comparison_baseline.kind === "imported_snapshot"}
          />
        ) : (
          <Bindings customer={customer} list={list} />
        )
      }
    </QueryState>
  );
}

function NothingToBind({ customer, own }: { customer: Customer; own: boolean }) {
  const links = useLinkStyles();
  return (
    <EmptyState
      icon={<LinkRegular />}
      title="Nothing needs a binding"
      actions={
        own && (
          <Link
            to="/customers/$customerId/settings"
            params={{ customerId: customer.id }}
            className={links.button}
          >
            Choose another comparison baseline
          </Link>
        )
      }
    >
      {own
        ? "The comparison baseline is the tenant's own imported snapshot: its groups, locations and roles mean themselves. A workspace baseline from elsewhere names objects that have to be found in this tenant."
        : "The comparison baseline names nothing that is not the same in every tenant."}
    </EmptyState>
  );
}

function Bindings({ customer, list }: { customer: Customer; list: Tagged<BindingList> }) {
  const styles = useStyles();
  const admin = useHasRole("admin");
  const notify = useNotify();
  const save = useBindingsSave(customer.id, list.etag);
  const [draft, setDraft] = useState<Draft>({});
  const { items } = list.body;
  const count = (state: (typeof items)[number]["state"]) =>
    items.filter((each) => each.state === state).length;
  const suggested = items.filter((each) => each.state === "suggested" && draft[keyOf(each)] === undefined);
  const changes = items.filter((each) => draft[keyOf(each)] !== undefined).length;

  function submit() {
    if (save.isPending) return;
    save.mutate(choicesOf(items, draft), {
      onSuccess: () => {
        setDraft({});
        notify("The bindings were saved; the report was made anew");
      },
    });
  }

  return (
    <Panel
      title="Bindings"
      action={
        admin &&
        suggested.length > 0 && (
          <Button
            disabled={save.isPending}
            onClick={() =>
              setDraft(
                suggested.reduce(
                  (all, each) =>
                    choose(
                      all,
                      each,
                      each.live.map(({ id }) => id),
                    ),
                  draft,
                ),
              )
            }
          >
            {`Confirm ${counted(suggested.length, "suggestion")}`}
          </Button>
        )
      }
    >
      <Text>
        The comparison baseline names groups, locations and other objects by placeholder or by another
        tenant&apos;s id. This is what each means in {customer.display_name}. An exclusion that is unbound
        leaves nobody out; an inclusion that is unbound stands for people nobody knows.
      </Text>
      <Text role="status">
        {`${counted(items.length, "reference")}: ${count("confirmed")} confirmed, ${count("suggested")} suggested, ${count("unbound") + count("refused")} unbound`}
      </Text>
      <ul className={styles.list} aria-label="References of the baseline">
        {items.map((binding) => (
          <BindingRow
            key={keyOf(binding)}
            binding={binding}
            draft={draft}
            editable={admin}
            busy={save.isPending}
            onChoose={(choice) => {
              setDraft((before) => choose(before, binding, choice));
              if (save.error) save.reset();
            }}
          />
        ))}
      </ul>
      {save.error && (
        <ProblemMessage error={save.error}>
          {isProblem(save.error) && save.error.errors && ` ${Object.values(save.error.errors).join(". ")}`}
        </ProblemMessage>
      )}
      {changes > 0 && (
        <div className={styles.bar}>
          <Button appearance="primary" disabled={save.isPending} onClick={submit}>
            {`Save ${counted(changes, "change")}`}
          </Button>
          <Button disabled={save.isPending} onClick={() => setDraft({})}>
            Discard
          </Button>
          <Text size={200}>The report is made anew with them.</Text>
        </div>
      )}
    </Panel>
  );
}
