import { Link } from "@tanstack/react-router";
import { ProblemMessage } from "@/api/ProblemMessage";
import type { Problem } from "@/api/problems";
import { useLinkStyles } from "@/ui/links";

/** The tenant belongs to another customer of this workspace: names it and leads there. */
export function AlreadyConnected({ problem }: { problem: Problem }) {
  const links = useLinkStyles();
  return (
    <ProblemMessage error={problem}>
      {problem.customer_id && (
        <>
          {" "}
          <Link
            to="/customers/$customerId"
            params={{ customerId: problem.customer_id }}
            className={links.inline}
          >
            Open {problem.customer_name ?? "that customer"}
          </Link>
        </>
      )}
    </ProblemMessage>
  );
}
