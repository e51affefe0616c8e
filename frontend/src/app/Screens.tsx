import { Link, type ErrorComponentProps } from "@tanstack/react-router";
import { describe } from "@/api/problems";
import { useLinkStyles } from "@/ui/links";
import { Page } from "@/ui/Page";
import { EmptyState, LoadingRows } from "@/ui/States";
import { Button } from "@fluentui/react-components";

export function NotFoundScreen() {
  const links = useLinkStyles();
  return (
    <Page title="Page not found">
      <EmptyState
        title="There is no page at this address"
        actions={
          <Link to="/" className={links.primaryButton}>
            Open the dashboard
          </Link>
        }
      >
        The link may be old, or what it showed was deleted.
      </EmptyState>
    </Page>
  );
}

/** What a screen becomes when it breaks, or when its code can't be loaded any more after an update. */
export function BrokenScreen({ error, reset }: ErrorComponentProps) {
  const failure: unknown = error;
  const message = failure instanceof Error ? failure.message : "";
  const stale = /dynamically imported module|Importing a module script/i.test(message);
  const shown = stale
    ? { title: "Policytab was updated", remedy: "Load the page again to go on." }
    : describe(failure);
  return (
    <Page title="This screen can't be shown">
      <EmptyState
        title={shown.title}
        actions={
          <>
            <Button appearance="primary" onClick={() => location.reload()}>
              Load the page again
            </Button>
            {!stale && <Button onClick={reset}>Try again</Button>}
          </>
        }
      >
        {shown.remedy}
      </EmptyState>
    </Page>
  );
}

export function PendingScreen() {
  return <LoadingRows rows={8} />;
}
