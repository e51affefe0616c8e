import { LockClosedRegular } from "@fluentui/react-icons";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { EmptyState, LoadingRows } from "@/ui/States";
import { ProblemMessage } from "./ProblemMessage";
import { problemOf } from "./problems";

interface QueryStateProps<Data, Failure> {
  query: UseQueryResult<Data, Failure>;
  /** What stands here while it loads; grey rows when not given. */
  loading?: ReactNode;
  children: (data: Data) => ReactNode;
}

/** Loading, error, no permission, and the data: the states that every screen has. */
export function QueryState<Data, Failure>({ query, loading, children }: QueryStateProps<Data, Failure>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  return <>{loading ?? <LoadingRows />}</>;
}

function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const forbidden = problemOf(error, "forbidden");
  if (forbidden) {
    return (
      <EmptyState icon={<LockClosedRegular />} title="Your role does not allow this">
        {forbidden.required_role
          ? `It needs the role ${forbidden.required_role}. Ask an owner of your workspace.`
          : forbidden.remedy}
      </EmptyState>
    );
  }
  const gone = problemOf(error, "not_found");
  if (gone) {
    return (
      <EmptyState title="It is not there">{gone.detail} The link may be old, or it was deleted.</EmptyState>
    );
  }
  return <ProblemMessage error={error} onRetry={onRetry} />;
}
