//! What a route needs, as a type in its signature.

use policytab_domain::role::Role;

/// A permission, and the lowest role that has it.
pub trait Permission: 'static {
    /// The lowest role.
    const ROLE: Role;

    /// Whether people may who still have to set up the second factor that their workspace requires.
    const ENROLLING: bool = false;
}

/// See who one is, and set up a second factor.
#[derive(Debug)]
pub struct Enrol;
impl Permission for Enrol {
    const ROLE: Role = Role::Viewer;
    const ENROLLING: bool = true;
}

macro_rules! permissions {
    ($($(#[$doc:meta])+ $name:ident: $role:ident,)+) => {$(
        $(#[$doc])+
        #[derive(Debug)]
        pub struct $name;
        impl Permission for $name {
            const ROLE: Role = Role::$role;
        }
    )+};
}

permissions! {
    /// Change one's own password and end one's own sessions.
    Account: Viewer,
    /// See the workspace's settings.
    WorkspaceRead: Viewer,
    /// Change the workspace's settings, delete it.
    WorkspaceWrite: Owner,
    /// Follow events.
    SessionRead: Viewer,
    /// See customers, their connection, imports, snapshots and reports.
    CustomerRead: Viewer,
    /// Add, rename, delete customers.
    CustomerWrite: Admin,
    /// Connect customers and rotate their credentials.
    ConnectionWrite: Admin,
    /// Verify stored credentials again.
    ConnectionTest: Operator,
    /// Re-sync an imported customer; the first import needs an admin, which the use case checks by the customer's state.
    ImportStart: Operator,
    /// See reports.
    ReportRead: Viewer,
    /// Accept findings, and open them again.
    FindingAccept: Operator,
    /// Choose what a customer is compared with, what the baseline's references mean, and what is emergency access.
    ComparisonWrite: Admin,
    /// See the baseline library.
    BaselineRead: Viewer,
    /// Manage the baseline library.
    BaselineWrite: Admin,
    /// Take a baseline or a snapshot out of the product as files.
    BaselineExport: Operator,
    /// Manage API tokens.
    ApiTokenWrite: Admin,
    /// Manage people and roles.
    UserWrite: Owner,
    /// See the audit log.
    AuditRead: Viewer,
    /// Check that the audit log is whole.
    AuditVerify: Admin,
}

/// The role that may take a report out of the product as a file.
pub const EXPORT_ROLE: Role = Role::Operator;
