import { Link as TextLink, Tab, TabList, Text, makeStyles, tokens } from "@fluentui/react-components";
import { type ReactNode, useState } from "react";
import { CodeBlock } from "@/ui/CodeBlock";
import { CopyValue } from "@/ui/CopyValue";
import type { Connection } from "../queries";
import { PermissionTable } from "./PermissionTable";
import { Sketch } from "./Sketch";

const useStyles = makeStyles({
  root: { display: "flex", flexDirection: "column", gap: "16px" },
  steps: { margin: 0, paddingInlineStart: 0, listStyleType: "none", counterReset: "step" },
  step: {
    position: "relative",
    paddingInlineStart: "40px",
    paddingBlock: "4px 20px",
    counterIncrement: "step",
    display: "flex",
    flexDirection: "column",
    gap: "8px",
    "::before": {
      content: "counter(step)",
      position: "absolute",
      left: 0,
      top: "2px",
      width: "26px",
      height: "26px",
      borderRadius: "50%",
      backgroundColor: tokens.colorBrandBackground2,
      color: tokens.colorBrandForeground2,
      fontWeight: tokens.fontWeightSemibold,
      display: "flex",
      alignItems: "center",
      justifyContent: "center",
    },
  },
  title: { margin: 0, fontSize: tokens.fontSizeBase400, lineHeight: tokens.lineHeightBase400 },
  list: {
    margin: 0,
    paddingInlineStart: "18px",
    listStyleType: "disc",
    display: "flex",
    flexDirection: "column",
    gap: "6px",
  },
  note: {
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusMedium,
    padding: "8px 12px",
  },
});

/** The whole procedure for the Entra admin center, and the same as a script. */
export function Procedure({ connection }: { connection: Connection }) {
  const styles = useStyles();
  const [way, setWay] = useState<"portal" | "script">("portal");
  return (
    <div className={styles.root}>
      <TabList
        selectedValue={way}
        onTabSelect={(_, data) => setWay(data.value as "portal" | "script")}
        aria-label="How to set it up"
      >
        <Tab value="portal" id="tab-portal" aria-controls="way-portal">
          Entra admin center
        </Tab>
        <Tab value="script" id="tab-script" aria-controls="way-script">
          Azure Cloud Shell
        </Tab>
      </TabList>
      <div role="tabpanel" id={`way-${way}`} aria-labelledby={`tab-${way}`}>
        {way === "portal" ? <PortalSteps connection={connection} /> : <Script connection={connection} />}
      </div>
    </div>
  );
}

function Step({ title, children }: { title: string; children: ReactNode }) {
  const styles = useStyles();
  return (
    <li className={styles.step}>
      <h3 className={styles.title}>{title}</h3>
      {children}
    </li>
  );
}

function Portal({ url }: { url: string }) {
  return (
    <TextLink inline href={url} target="_blank" rel="noreferrer">
      Microsoft Entra admin center
    </TextLink>
  );
}

function PortalSteps({ connection }: { connection: Connection }) {
  const styles = useStyles();
  const { setup, permissions } = connection;
  return (
    <ol className={styles.steps}>
      <Step title="Register an app in the customer's tenant">
        <ul className={styles.list}>
          <li>
            Open the <Portal url={setup.portal_url} /> and sign in to the customer&apos;s tenant. To register
            the app, the role Application Administrator is enough.
          </li>
          <li>
            Go to <b>Entra ID</b>, <b>App registrations</b>, <b>New registration</b>.
          </li>
          <li>
            Name: <CopyValue value={setup.app_name} what="the app's name" />
          </li>
          <li>
            Supported account types: <b>Accounts in this organizational directory only (single tenant)</b>.
          </li>
          <li>
            Leave the redirect URI empty, then choose <b>Register</b>.
          </li>
        </ul>
        <Sketch
          menu="App registrations"
          title="Register an application"
          lines={[
            [`Name: ${setup.app_name}`, true],
            ["Accounts in this directory only", true],
            ["Redirect URI: leave empty"],
          ]}
          button="Register"
        />
      </Step>
      <Step title="Copy the ids">
        <ul className={styles.list}>
          <li>
            On the app&apos;s <b>Overview</b>, copy <b>Application (client) ID</b> into the form.
          </li>
          <li>
            Keep <b>Directory (tenant) ID</b> at hand. It is only needed when the tenant can&apos;t be
            detected.
          </li>
        </ul>
        <Sketch
          menu="Overview"
          title="Essentials"
          lines={[
            ["Application (client) ID: copy it", true],
            ["Object ID: not this one"],
            ["Directory (tenant) ID: keep it at hand", true],
          ]}
        />
      </Step>
      <Step title="Create a client secret">
        <ul className={styles.list}>
          <li>
            Go to <b>Certificates &amp; secrets</b>, <b>Client secrets</b>, <b>New client secret</b>.
          </li>
          <li>
            Description: <CopyValue value={setup.app_name} what="the secret's description" />
          </li>
          <li>Choose when it expires. Policytab shows the date, so that it can be rotated in time.</li>
          <li>
            Copy the secret&apos;s <b>Value</b> into the form at once: Entra shows it only now. The{" "}
            <b>Secret ID</b> is not the secret.
          </li>
        </ul>
        <Sketch
          menu="Certificates & secrets"
          title="Client secrets"
          lines={[["Description and expiry"], ["Value: copy it at once", true], ["Secret ID: not this one"]]}
          button="New client secret"
        />
      </Step>
      <Step title="Add application permissions">
        <ul className={styles.list}>
          <li>
            Go to <b>API permissions</b>, <b>Add a permission</b>, <b>Microsoft Graph</b>,{" "}
            <b>Application permissions</b>.
          </li>
          <li>
            Search for each of these, tick it, and choose <b>Add permissions</b>. All of them only read.
          </li>
        </ul>
        <PermissionTable permissions={permissions} />
      </Step>
      <Step title="Grant admin consent">
        <ul className={styles.list}>
          <li>
            On <b>API permissions</b>, choose <b>Grant admin consent</b> and confirm. Every row must then say{" "}
            <b>Granted</b>.
          </li>
        </ul>
        <Sketch
          menu="API permissions"
          title="Configured permissions"
          lines={[
            ["Policy.Read.All, Application: Granted", true],
            ["Directory.Read.All, Application: Granted", true],
          ]}
          button="Grant admin consent"
        />
        <Text className={styles.note}>
          This needs the role <b>Privileged Role Administrator</b> or <b>Global Administrator</b>. Application
          Administrator and Cloud Application Administrator can create the app, but can&apos;t consent to
          application permissions of Microsoft Graph.
        </Text>
      </Step>
      <Step title="Paste and save">
        <Text>
          Put the client id and the secret&apos;s value into the form, then choose <b>Save &amp; continue</b>.
          They are tried out before anything is stored.
        </Text>
      </Step>
    </ol>
  );
}

function Script({ connection }: { connection: Connection }) {
  const styles = useStyles();
  return (
    <div className={styles.root}>
      <ul className={styles.list}>
        <li>
          Open the <Portal url={connection.setup.portal_url} /> in the customer&apos;s tenant as{" "}
          <b>Privileged Role Administrator</b> or <b>Global Administrator</b>, and start <b>Cloud Shell</b>{" "}
          (Bash).
        </li>
        <li>
          Paste the script. It registers the app, adds the permissions, grants consent and makes a secret.
        </li>
        <li>It prints the client id, the tenant id and the secret&apos;s value for the form.</li>
      </ul>
      <CodeBlock code={connection.setup.cloud_shell_script} what="the Cloud Shell script" />
      <PermissionTable permissions={connection.permissions} />
    </div>
  );
}
