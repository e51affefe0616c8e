import {
  ArrowSyncCircleRegular,
  CheckmarkCircleFilled,
  CircleRegular,
  ErrorCircleFilled,
  KeyRegular,
  PlugConnectedRegular,
} from "@fluentui/react-icons";
import type { ReactNode } from "react";
import type { Customer } from "@/api/customers";
import { describe } from "@/api/problems";
import { relativeTime } from "@/lib/time";
import { useNow } from "@/ui/clock";
import { StatusBadge, type Tone } from "@/ui/StatusBadge";

const LOOK: Record<Customer["status"], { label: string; tone: Tone; icon: ReactNode }> = {
  pending: { label: "Pending", tone: "quiet", icon: <CircleRegular /> },
  connected: { label: "Connected", tone: "busy", icon: <PlugConnectedRegular /> },
  imported: { label: "Imported", tone: "good", icon: <CheckmarkCircleFilled /> },
};

export function statusLabel(status: Customer["status"]): string {
  return LOOK[status].label;
}

/** Where a customer stands: one word. */
export function CustomerStatus({ customer }: { customer: Customer }) {
  if (customer.running_import_id) {
    return (
      <StatusBadge tone="busy" icon={<ArrowSyncCircleRegular />}>
        Importing
      </StatusBadge>
    );
  }
  const look = LOOK[customer.status];
  return (
    <StatusBadge tone={look.tone} icon={look.icon}>
      {look.label}
    </StatusBadge>
  );
}

const EXPIRY_WARNING_MS = 30 * 86_400_000;

/** What somebody should look at: a failed import or test, a secret about to expire. */
export function CustomerWarnings({ customer }: { customer: Customer }) {
  const now = useNow();
  const expires = customer.secret_expires_at ? Date.parse(customer.secret_expires_at) : undefined;
  return (
    <>
      {customer.last_error && (
        <div title={describe(customer.last_error).detail}>
          <StatusBadge tone="bad" icon={<ErrorCircleFilled />}>
            {describe(customer.last_error).title}
          </StatusBadge>
        </div>
      )}
      {expires !== undefined && expires - now < EXPIRY_WARNING_MS && (
        <div>
          <StatusBadge tone={expires < now ? "bad" : "warn"} icon={<KeyRegular />}>
            {expires < now ? "Secret expired" : "Secret expires"} {relativeTime(expires, now)}
          </StatusBadge>
        </div>
      )}
    </>
  );
}

/** The licence that decides what Conditional Access can do, in Entra's words. */
export function licenceText(customer: Customer): string {
  const licences = customer.licences;
  if (!licences) return "";
  // A name stays on one line.
  const entra = licences.entra_id_p2
    ? "Entra\u00a0ID\u00a0P2"
    : licences.entra_id_p1
      ? "Entra\u00a0ID\u00a0P1"
      : "None";
  return licences.intune ? `${entra}, Intune` : entra;
}
