import { MessageBar, MessageBarBody, MessageBarTitle } from "@fluentui/react-components";
import { counted } from "@/lib/text";
import { Panel } from "@/ui/Panel";
import type { Comparison as ComparisonData } from "../queries";
import { ChangedPolicies } from "@/ui/ChangedPolicies";
import { Added, Objects } from "./Changes";
import { Direction } from "./Direction";
import { Shifts } from "./Shifts";

/** The comparison from what matters most: direction, sign-ins, policies, objects. */
export function Comparison({ comparison }: { comparison: ComparisonData }) {
  const { added, removed, changed, objects, unchanged, security_defaults: defaults } = comparison;
  const policies = added.length + removed.length + changed.length;
  return (
    <>
      <Direction comparison={comparison} />
      {typeof defaults === "boolean" && (
        <MessageBar intent={defaults ? "info" : "warning"} layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>{`Security defaults were turned ${defaults ? "on" : "off"}`}</MessageBarTitle>
            {defaults
              ? "They ask for multifactor authentication where no policy does."
              : "From then on only the policies protect sign-ins."}
          </MessageBarBody>
        </MessageBar>
      )}
      <Shifts title="Sign-ins that lost protection" shifts={comparison.lost} verb="lost" />
      <Shifts title="Sign-ins that gained protection" shifts={comparison.gained} verb="gained" />
      <Panel title="Policies">
        {policies === 0
          ? `No policy changed; ${counted(unchanged, "policy means", "policies mean")} the same in both.`
          : `${added.length} added, ${removed.length} removed, ${changed.length} changed; ${counted(unchanged, "policy means", "policies mean")} the same in both.`}
        <Added title="Added" policies={added} snapshot={comparison.after} />
        <Added title="Removed" policies={removed} snapshot={comparison.before} />
        <ChangedPolicies policies={changed} />
      </Panel>
      {objects.length > 0 && <Objects objects={objects} />}
    </>
  );
}
