import { Button, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import {
  BuildingMultipleRegular,
  BuildingRegular,
  BoardRegular,
  BookOpenRegular,
  KeyRegular,
  LibraryRegular,
  NavigationRegular,
  PeopleRegular,
  PersonRegular,
  HistoryRegular,
} from "@fluentui/react-icons";
import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { Suspense, lazy, useEffect, useRef, useState } from "react";
import { useHasRole } from "@/api/access";
import { followEvents } from "@/api/events";
import { useMe, useSession } from "@/api/session";
import { NavHeading, NavList, useNavLinkStyle } from "@/ui/NavList";
import { AccountMenu } from "./AccountMenu";
import { ThemeMenu, useBarStyles } from "./ThemeMenu";

/** Its dialog is code that most visits never need. */
const SignInAgain = lazy(() => import("./SignInAgain").then((loaded) => ({ default: loaded.SignInAgain })));

const NARROW = "@media (max-width: 860px)";

const useStyles = makeStyles({
  skip: {
    position: "absolute",
    left: "8px",
    top: "-60px",
    zIndex: 200,
    padding: "8px 12px",
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorNeutralForeground1,
    ":focus": { top: "8px" },
  },
  bar: {
    position: "sticky",
    top: 0,
    zIndex: 100,
    display: "flex",
    alignItems: "center",
    gap: "8px",
    height: "48px",
    paddingInline: "12px",
    backgroundColor: tokens.colorBrandBackground,
    color: tokens.colorNeutralForegroundOnBrand,
  },
  burger: { display: "none", [NARROW]: { display: "inline-flex" } },
  brand: {
    color: "inherit",
    textDecorationLine: "none",
    fontSize: tokens.fontSizeBase400,
    fontWeight: tokens.fontWeightSemibold,
    whiteSpace: "nowrap",
    ":focus-visible": { outline: `2px solid ${tokens.colorNeutralForegroundOnBrand}`, outlineOffset: "2px" },
  },
  workspace: {
    flexGrow: 1,
    minWidth: 0,
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    paddingInlineStart: "8px",
  },
  body: {
    display: "grid",
    gridTemplateColumns: "216px minmax(0, 1fr)",
    minHeight: "calc(100vh - 48px)",
    backgroundColor: tokens.colorNeutralBackground2,
    [NARROW]: { gridTemplateColumns: "minmax(0, 1fr)" },
    "@media print": { display: "block", backgroundColor: "transparent" },
  },
  nav: {
    borderRight: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    [NARROW]: {
      display: "none",
      position: "fixed",
      top: "48px",
      bottom: 0,
      left: 0,
      width: "260px",
      zIndex: 90,
      boxShadow: tokens.shadow28,
    },
  },
  navInner: {
    padding: "8px",
    position: "sticky",
    top: "48px",
    maxHeight: "calc(100vh - 48px)",
    overflowY: "auto",
    boxSizing: "border-box",
  },
  navOpen: { [NARROW]: { display: "block" } },
  main: {
    padding: "20px 24px 48px",
    minWidth: 0,
    maxWidth: "1680px",
    outline: "none",
    "@media (max-width: 640px)": { padding: "16px 12px 40px" },
    "@media print": { padding: 0 },
  },
});

export function Shell() {
  const styles = useStyles();
  const bar = useBarStyles();
  const session = useSession();
  const me = useMe();
  const location = useLocation();
  const main = useRef<HTMLElement>(null);
  const [open, setOpen] = useState(false);
  const [openedAt, setOpenedAt] = useState(location.pathname);
  if (openedAt !== location.pathname) {
    // The drawer of a phone closes where it has led to.
    setOpenedAt(location.pathname);
    setOpen(false);
  }
  // Who has to set up a second factor first is refused everything else.
  const limited = me?.second_factor_required ?? false;
  useEvents(!limited);
  if (!me) return null;

  return (
    <>
      <a
        href="#main"
        className={mergeClasses(styles.skip, "no-print")}
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to content
      </a>
      <header
        className={mergeClasses(styles.bar, "no-print")}
        onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
      >
        <Button
          appearance="transparent"
          className={mergeClasses(bar.button, styles.burger)}
          icon={<NavigationRegular />}
          aria-label="Navigation"
          aria-expanded={open}
          aria-controls="global-navigation"
          onClick={() => setOpen(!open)}
        />
        <Link to="/" className={styles.brand}>
          Policytab
        </Link>
        <span className={styles.workspace}>{me.msp.name}</span>
        <ThemeMenu />
        <AccountMenu user={me} />
      </header>
      {session.status === "expired" && (
        <Suspense>
          <SignInAgain user={session.user} />
        </Suspense>
      )}
      <div className={styles.body}>
        <div
          id="global-navigation"
          className={mergeClasses(styles.nav, open && styles.navOpen, "no-print")}
          onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
        >
          <div className={styles.navInner}>
            <GlobalNav limited={limited} />
          </div>
        </div>
        <main id="main" ref={main} tabIndex={-1} aria-labelledby="page-title" className={styles.main}>
          <Outlet />
        </main>
      </div>
    </>
  );
}

function GlobalNav({ limited }: { limited: boolean }) {
  const { link } = useNavLinkStyle();
  const exact = { exact: true };
  const owner = useHasRole("owner");
  const admin = useHasRole("admin");
  const account = (
    <li>
      <Link to="/settings/account" className={link}>
        <PersonRegular aria-hidden="true" /> My account
      </Link>
    </li>
  );
  if (limited) return <NavList label="Workspace">{account}</NavList>;
  return (
    <NavList label="Workspace">
      <li>
        <Link to="/" className={link} activeOptions={exact}>
          <BoardRegular aria-hidden="true" /> Dashboard
        </Link>
      </li>
      <li>
        <Link to="/customers" className={link}>
          <BuildingMultipleRegular aria-hidden="true" /> Customers
        </Link>
      </li>
      <li>
        <Link to="/baselines" className={link}>
          <LibraryRegular aria-hidden="true" /> Baseline library
        </Link>
      </li>
      <NavHeading>Settings</NavHeading>
      {account}
      <li>
        <Link to="/settings/workspace" className={link}>
          <BuildingRegular aria-hidden="true" /> Workspace
        </Link>
      </li>
      {owner && (
        <li>
          <Link to="/settings/people" className={link}>
            <PeopleRegular aria-hidden="true" /> People and roles
          </Link>
        </li>
      )}
      {admin && (
        <li>
          <Link to="/settings/api-tokens" className={link}>
            <KeyRegular aria-hidden="true" /> API tokens
          </Link>
        </li>
      )}
      <li>
        <Link to="/settings/audit-log" className={link}>
          <HistoryRegular aria-hidden="true" /> Audit log
        </Link>
      </li>
      <NavHeading>Help</NavHeading>
      <li>
        <Link to="/guide/$page" params={{ page: "connecting-a-tenant" }} className={link}>
          <BookOpenRegular aria-hidden="true" /> Guide
        </Link>
      </li>
    </NavList>
  );
}

function useEvents(wanted: boolean): void {
  const client = useQueryClient();
  const session = useSession();
  const signedIn = session.status === "signed-in" && wanted;
  useEffect(() => {
    if (!signedIn) return;
    const stop = new AbortController();
    void followEvents(client, stop.signal);
    return () => stop.abort();
  }, [client, signedIn]);
}
