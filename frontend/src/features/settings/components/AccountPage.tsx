import { MessageBar, MessageBarBody, MessageBarTitle } from "@fluentui/react-components";
import { useMe } from "@/api/session";
import { Page } from "@/ui/Page";
import { PasswordPanel } from "./PasswordPanel";
import { SecondFactorPanel } from "./SecondFactorPanel";
import { SessionsPanel } from "./SessionsPanel";

/** Everybody's own: what they sign in with, and from where they did. */
export function AccountPage() {
  const me = useMe();
  const limited = me?.second_factor_required ?? false;
  return (
    <Page title="My account" lead={me?.email ? `You are signed in as ${me.email}.` : undefined}>
      {limited && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>Your workspace requires a second factor</MessageBarTitle>
            Set one up to go on. Until then nothing else is open to you.
          </MessageBarBody>
        </MessageBar>
      )}
      <SecondFactorPanel />
      {!limited && <PasswordPanel />}
      {!limited && <SessionsPanel />}
    </Page>
  );
}
